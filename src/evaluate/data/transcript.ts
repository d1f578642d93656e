/** Messages as one text: a single one alone, of several each with who wrote it. */
export function transcript(
  messages: readonly { readonly role: 'user' | 'assistant' | 'system'; readonly content: string }[],
): string {
  const [only] = messages;
  if (only !== undefined && messages.length === 1) return only.content;
  return messages.map(({ role, content }) => `${role === 'user' ? 'User' : 'Assistant'}: ${content}`).join('\n\n');
}
