/** What the engine throws, as what a client hears. */

import { ContractFailure } from '../contract/index.ts';
import type { Failure, FailureCode, FailureFacts } from '../contract/index.ts';
import { failureOf } from '../engine/index.ts';
import type { EngineErrorCode, EngineFailure, ErrorFacts } from '../engine/index.ts';

/** Long enough for a few lines of a server's own words. */
const factCharactersMax = 4_096;

/** An engine's failure in the contract's terms. An engine code or fact the contract does not know fails to compile here. */
export function failureView(failure: EngineFailure): Failure {
  return { code: codeView(failure.code), facts: factsView(failure.facts) };
}

/** Any thrown thing as what the client is told; what nobody expected is `internal`. */
export function contractFailureOf(error: unknown): ContractFailure {
  return error instanceof ContractFailure ? error : new ContractFailure(failureView(failureOf(error)));
}

function codeView(code: EngineErrorCode): FailureCode {
  return code;
}

function factsView(facts: ErrorFacts): FailureFacts {
  const view: { [K in keyof Required<ErrorFacts>]: FailureFacts[K] } = {
    host: safeText(facts.host),
    url: safeText(facts.url),
    path: safeText(facts.path),
    status: facts.status,
    branch: safeText(facts.branch),
    option: safeText(facts.option),
    jobId: facts.jobId,
    retryAfterMs: facts.retryAfterMs,
    bytesNeeded: facts.bytesNeeded,
    oid: safeText(facts.oid),
    bytesSeen: facts.bytesSeen,
    objects: facts.objects,
    detail: safeText(facts.detail),
  };
  return Object.fromEntries(Object.entries(view).filter(([, value]) => value !== undefined));
}

/**
 * The last net before a text leaves the engine: user names and passwords in URLs (RFC 3986 §3.2.1) and control
 * characters are taken out, and its length is bounded.
 */
function safeText(text: string | undefined): string | undefined {
  return text
    ?.slice(0, factCharactersMax)
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]*@/gi, '$1')
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ');
}
