import type { DatabaseSync } from 'node:sqlite';

type EmitWarning = typeof process.emitWarning;

/**
 * The SQLite of Node. Where Node still warns that it is experimental, that one warning is left out: it is printed when
 * the module is first loaded, which happens in here and at once.
 *
 * @throws where this runtime has none.
 */
export function loadSqlite(): { readonly DatabaseSync: typeof DatabaseSync } {
  const emitWarning = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (String(warning).includes('SQLite')) return;
    (emitWarning as (...given: unknown[]) => void)(warning, ...rest);
  }) as EmitWarning;
  try {
    const sqlite = process.getBuiltinModule('node:sqlite');
    if (sqlite === undefined) throw new Error('this runtime has no node:sqlite');
    return sqlite;
  } finally {
    process.emitWarning = emitWarning;
  }
}
