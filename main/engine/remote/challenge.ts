/** What a server asks for with a 401 (RFC 9110 §11.6.1, RFC 7617). Pure. */

/** The scheme names of a `WWW-Authenticate` field, several fields joined with ", "; lower case, in order. */
export function challengeSchemes(field: string): string[] {
  // Quoted strings may hold anything, commas and scheme names included.
  const plain = field.replace(/"(?:[^"\\]|\\.)*"?/g, '""');
  return plain.split(',').flatMap((part) => {
    // A scheme is followed by its first parameter after a space, or stands alone; a parameter has "=" after its name.
    const match = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?=\s+[^\s=]|\s*$)/.exec(part);
    return match?.[1] === undefined ? [] : [match[1].toLowerCase()];
  });
}

/** Whether a name and a password are an answer. Servers that forget the field mean Basic. */
export function takesBasic(field: string | undefined): boolean {
  if (field === undefined || field.trim() === '') return true;
  return challengeSchemes(field).includes('basic');
}
