export type { RequestRecord } from './create-app.ts';
export type { StoredKey } from './keys/api-key.ts';
export type { KeyLimitChanges, KeyLimits, SpendLimit } from './keys/key-limits.ts';
export { KeyStore } from './keys/key-store.ts';
export type { Spent } from './keys/spending.ts';
export type { ServerLimitOptions, ServerLimits } from './server-limits.ts';
export { DEFAULT_PORT, type RunningServer, startServer, type StartServerOptions } from './start-server.ts';
