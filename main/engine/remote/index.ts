export type { OfferedRef, RemoteCapabilities, RemoteOffer } from './offer.ts';
