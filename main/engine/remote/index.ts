export { protocolAgent, userAgent } from './agent.ts';
export type { AnswerBytes, GitConnection } from './connection.ts';
export { discover, protocolFailure, type Discovery } from './discover.io.ts';
export { retryAfterMs } from './http-answer.ts';
export type { OfferedRef, RemoteCapabilities, RemoteOffer } from './offer.ts';
export { SignIn, type HttpCredential } from './sign-in.io.ts';
export { openConnection, understandUrl, type RemoteAddress } from './open.io.ts';
