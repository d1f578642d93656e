/** Markdown in blocks that can be drawn one by one, so that what is finished is drawn once while the rest still comes. */
export function splitBlocks(markdown: string): readonly string[] {
  const blocks: string[] = [];
  let block: string[] = [];
  let fence: string | undefined;
  let isAfterGap = false;
  for (const line of markdown.split('\n')) {
    const opening = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === undefined && isAfterGap && !belongs(line, block)) {
      blocks.push(block.join('\n'));
      block = [];
    }
    if (fence === undefined) fence = opening;
    else if (opening !== undefined && opening.startsWith(fence) && line.trim() === opening) fence = undefined;
    isAfterGap = line.trim() === '';
    block.push(line);
  }
  if (block.some((line) => line.trim() !== '')) blocks.push(block.join('\n'));
  return blocks;
}

const LIST_ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])\s/;

/** Whether a line after an empty one goes on with the block: an indented line, or a further item of its list. */
function belongs(line: string, block: readonly string[]): boolean {
  if (line.trim() === '' || /^(?: {2,}|\t)/.test(line)) return true;
  return LIST_ITEM.test(line) && LIST_ITEM.test(block.find((one) => one.trim() !== '') ?? '');
}
