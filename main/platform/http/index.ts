export { createHttpClient, type HttpClientOptions } from './client.ts';
export { httpError as networkError } from './errors.ts';
