export { createHttpClient, type HttpClientOptions } from './client.ts';
