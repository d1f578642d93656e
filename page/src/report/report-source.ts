import { blockId, DATA_ID, type ReportData, type ReportExample } from '../../../src/evaluate/report/report-data.ts';

/** What the report has at once. */
export function readReport(): Promise<ReportData> {
  return unpack<ReportData>(DATA_ID);
}

/** A block of examples by its number. */
export function readBlock(number: number): Promise<readonly ReportExample[]> {
  return unpack<readonly ReportExample[]>(blockId(number));
}

async function unpack<DATA>(id: string): Promise<DATA> {
  const text = document.getElementById(id)?.textContent;
  if (text === undefined || text === null) throw new Error(`The report has no part ${id}. Is the file whole?`);
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(stream).json()) as DATA;
}
