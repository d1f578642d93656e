/**
 * About how many tokens a text is to a model whose tokenizer is not at hand, rather too many than too few: a third of
 * its bytes in UTF-8. English has about four bytes to a token, code three, Chinese and Japanese three.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 3);
}
