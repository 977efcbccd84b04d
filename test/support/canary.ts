/** A secret that sings where it should not be: looked for in files, in texts and in every process of this computer. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Every form in which a name and password travel. */
export function formsOf(username: string, password: string): string[] {
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  const forms = [
    password,
    encodeURIComponent(password),
    encodeURI(password),
    basic,
    JSON.stringify(password).slice(1, -1),
  ];
  return [...new Set([...forms, basic.replace(/=+$/, ''), Buffer.from(password).toString('hex')])];
}

/** The files below `directory` in which one of `forms` stands, but for `except` (absolute paths). */
export function filesWith(
  directory: string,
  forms: readonly string[],
  except: readonly string[] = [],
): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !except.includes(path))
    .filter((path) => {
      const content = readFileSync(path);
      return forms.some((form) => content.includes(form));
    });
}

export interface ProcessWatch {
  /** Command lines seen, NULs as spaces. */
  seen: Set<string>;
  /** Where one of the forms stood: "cmdline of …" or "environ of …". */
  found: Set<string>;
  /** Stops looking. */
  end(): Promise<void>;
}

/** Looks at arguments and environment of every process that began after this moment, again and again (proc(5)). */
export function watchProcesses(forms: readonly string[]): ProcessWatch {
  const before = new Set(processIds());
  const seen = new Set<string>();
  const found = new Set<string>();
  let over = false;
  const look = (): void => {
    for (const id of processIds()) {
      if (before.has(id)) continue;
      const commandLine = contentOf(`/proc/${id}/cmdline`).replaceAll('\0', ' ').trim();
      if (commandLine === '') continue;
      seen.add(commandLine);
      for (const part of ['cmdline', 'environ']) {
        const content = contentOf(`/proc/${id}/${part}`);
        if (forms.some((form) => content.includes(form))) found.add(`${part} of ${commandLine}`);
      }
    }
  };
  const looking = (async () => {
    while (!over) {
      look();
      await sleep(3);
    }
  })();
  return {
    seen,
    found,
    end: () => {
      over = true;
      return looking;
    },
  };
}

function processIds(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

function contentOf(path: string): string {
  try {
    // Threads of the kernel have no program.
    readlinkSync(path.replace(/[^/]+$/, 'exe'));
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
