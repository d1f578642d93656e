/** Whether the call is made again after such a reply. */
const PASSES = { again: true } as const;
const STAYS = { again: false } as const;

/** Reply, the kind of failure it is, and what the failure says. */
export const ERROR_CASES = [
  ['gemini/400', 'invalid-request', STAYS, 'The provider cannot do what was asked (400): * GenerateContentRequest'],
  ['gemini/400-key', 'refused', STAYS, 'Please pass a valid API key. Check the key in GEMINI_API_KEY.'],
  ['gemini/401', 'refused', STAYS, 'The provider refused access (401): Request had invalid authentication'],
  ['gemini/403', 'refused', STAYS, "The provider refused access (403): Method doesn't allow unregistered callers"],
  ['gemini/404', 'not-found', STAYS, 'google serves gemini-2.5-flash, gemini-2.5-pro, gemma-3-27b-it.'],
  ['gemini/429', 'rate-limited', PASSES, 'The provider takes no more for now (429)'],
  ['gemini/500', 'unavailable', PASSES, 'The provider is not available (500)'],
  ['gemini/503', 'unavailable', PASSES, 'The model is overloaded. Please try again later.'],
  ['openai/400', 'invalid-request', STAYS, "Unsupported parameter: 'temperature' is not supported with this model."],
  ['openai/401', 'refused', STAYS, 'Check the key in OPENAI_API_KEY.'],
  ['openai/403', 'refused', STAYS, 'Country, region, or territory not supported'],
  ['openai/404', 'not-found', STAYS, 'openai serves gpt-5, gpt-5-mini, text-embedding-3-small.'],
  ['openai/429', 'rate-limited', PASSES, 'Rate limit reached for gpt-5-mini'],
  ['openai/429-quota', 'rate-limited', STAYS, 'You exceeded your current quota'],
  ['openai/500', 'unavailable', PASSES, 'The server had an error while processing your request.'],
  ['openai/503', 'unavailable', PASSES, 'The engine is currently overloaded'],
  ['openai/error-in-stream', 'unavailable', PASSES, 'The server had an error while processing your request.'],
  ['openai-chat/error-in-stream', 'unavailable', STAYS, 'The server had an error while processing your request.'],
  ['anthropic/400', 'invalid-request', STAYS, 'temperature: range: 0..1'],
  ['anthropic/401', 'refused', STAYS, 'invalid x-api-key. Check the key in ANTHROPIC_API_KEY.'],
  ['anthropic/403', 'refused', STAYS, 'Your API key does not have permission'],
  ['anthropic/404', 'not-found', STAYS, 'anthropic serves claude-haiku-4-5-20251001, claude-sonnet-4-5-20250929.'],
  ['anthropic/429', 'rate-limited', PASSES, 'rate limit of 50 requests per minute'],
  ['anthropic/500', 'unavailable', PASSES, 'Internal server error'],
  ['anthropic/529', 'unavailable', PASSES, 'The provider is not available (529)'],
  ['anthropic/error-in-stream', 'unavailable', STAYS, 'The provider is not available (529): Overloaded'],
  ['ollama/400', 'invalid-request', STAYS, 'invalid temperature: must be between 0 and 2'],
  ['ollama/401', 'refused', STAYS, 'unauthorized. No key was sent: set OLLAMA_API_KEY.'],
  ['ollama/404', 'not-found', STAYS, 'ollama serves gemma3:4b, llama3.2. Get it with: ollama pull gemma3:4bb.'],
  ['ollama/500', 'unavailable', PASSES, 'model runner has unexpectedly stopped'],
  ['ollama/503', 'unavailable', PASSES, 'server busy, please try again.'],
] as const;

/** Of proxies and gates before the provider, which have error pages of their own. */
export const ERRORS_BETWEEN = [
  ['any/403', 'refused', STAYS],
  ['any/408', 'unavailable', PASSES],
  ['any/429', 'rate-limited', PASSES],
  ['any/503', 'unavailable', PASSES],
  ['any/529', 'unavailable', PASSES],
] as const;
