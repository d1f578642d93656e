import type { FailureKind } from '../../src/index.ts';

/** An error as a server writes it, and what must become of the call. */
export interface ErrorBody {
  readonly name: string;
  readonly status: number;
  /** JSON, or a text as it is. */
  readonly body: unknown;
  readonly kind: FailureKind;
  /** Whether the call is made again. */
  readonly again: boolean;
  /** A part of the message. */
  readonly says: string;
}

const row = (
  name: string,
  [status, body]: readonly [status: number, body: unknown],
  [kind, again]: readonly [kind: FailureKind, again: boolean],
  says: string,
): ErrorBody => ({ name, status, body, kind, again, says });

const REFUSED = ['refused', false] as const;
const NOT_FOUND = ['not-found', false] as const;
const INVALID = ['invalid-request', false] as const;
const BLOCKED = ['blocked', false] as const;
const LIMITED = ['rate-limited', true] as const;
const USED_UP = ['rate-limited', false] as const;
const UNAVAILABLE = ['unavailable', true] as const;
const UNKNOWN = ['error', false] as const;

/** Errors with an HTTP status of their own. */
export const STATUS_ERRORS: readonly ErrorBody[] = [
  row(
    'OpenAI',
    [
      400,
      {
        error: {
          message: "Invalid 'messages': empty array.",
          type: 'invalid_request_error',
          param: 'messages',
          code: 'empty_array',
        },
      },
    ],
    INVALID,
    'empty array',
  ),
  row(
    'OpenAI, a quota used up',
    [
      429,
      {
        error: {
          message: 'You exceeded your current quota, please check your plan.',
          type: 'insufficient_quota',
          param: null,
          code: 'insufficient_quota',
        },
      },
    ],
    USED_UP,
    'exceeded your current quota',
  ),
  row(
    'OpenAI, tokens a minute',
    [
      429,
      {
        error: {
          message: 'Rate limit reached for gpt-5 on tokens per min. Please try again in 6ms.',
          type: 'tokens',
          param: null,
          code: 'rate_limit_exceeded',
        },
      },
    ],
    LIMITED,
    'tokens per min',
  ),
  row(
    'Azure, a filter',
    [
      400,
      {
        error: {
          code: 'content_filter',
          message: 'The response was filtered.',
          innererror: { code: 'ResponsibleAIPolicyViolation' },
          status: 400,
        },
      },
    ],
    BLOCKED,
    'was filtered',
  ),
  row(
    'Azure, a limit',
    [429, { statusCode: 429, message: 'Rate limit is exceeded. Try again in 0 seconds.' }],
    LIMITED,
    'Rate limit is exceeded',
  ),
  row(
    'Azure, a deployment',
    [404, { error: { code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist.' } }],
    NOT_FOUND,
    'deployment for this resource',
  ),
  row(
    'Azure, a key',
    [401, { error: { code: '401', message: 'Access denied due to invalid subscription key.' } }],
    REFUSED,
    'invalid subscription key',
  ),
  row(
    'vLLM before 0.10',
    [
      400,
      {
        object: 'error',
        message: 'max_tokens must be at least 1, got 0.',
        type: 'BadRequestError',
        param: null,
        code: 400,
      },
    ],
    INVALID,
    'must be at least 1',
  ),
  row(
    'vLLM',
    [404, { error: { message: 'The model `x` does not exist.', type: 'NotFoundError', param: 'model', code: 404 } }],
    NOT_FOUND,
    'does not exist',
  ),
  row('vLLM, unauthorized', [401, { error: 'Unauthorized' }], REFUSED, 'Unauthorized'),
  row('FastAPI', [404, { detail: 'Not Found' }], NOT_FOUND, 'Not Found'),
  row(
    'FastAPI, a list',
    [
      422,
      {
        detail: [
          { type: 'missing', loc: ['body', 'model'], msg: 'Field required', input: {} },
          { type: 'string_type', loc: ['body', 'messages', 0, 'content'], msg: 'Input should be a valid string' },
        ],
      },
    ],
    INVALID,
    'model: Field required; messages.0.content: Input should be a valid string',
  ),
  row(
    'llama.cpp, loading',
    [503, { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } }],
    UNAVAILABLE,
    'Loading model',
  ),
  row(
    'llama.cpp, context',
    [
      400,
      {
        error: {
          code: 400,
          message: 'the request exceeds the available context size.',
          type: 'exceed_context_size_error',
          n_prompt_tokens: 5000,
          n_ctx: 4096,
        },
      },
    ],
    INVALID,
    'available context size',
  ),
  row(
    'llama.cpp, key',
    [401, { error: { code: 401, message: 'Invalid API Key', type: 'authentication_error' } }],
    REFUSED,
    'Invalid API Key',
  ),
  row('LM Studio', [400, { error: 'Model unloaded.' }], INVALID, 'Model unloaded.'),
  row(
    'LM Studio, nested',
    [
      404,
      {
        error: {
          message: 'No models loaded. Please load a model in the developer page.',
          type: 'invalid_request_error',
          param: 'model',
          code: 'model_not_found',
        },
      },
    ],
    NOT_FOUND,
    'No models loaded',
  ),
  row(
    'Ollama',
    [500, { error: 'model requires more system memory (9.2 GiB) than is available (4.1 GiB)' }],
    UNAVAILABLE,
    'more system memory',
  ),
  row('Ollama, a model', [404, { error: "model 'x' not found" }], NOT_FOUND, "model 'x' not found"),
  row(
    'TGI, validation',
    [
      422,
      {
        error: 'Input validation error: `inputs` must have less than 1024 tokens. Given: 2000',
        error_type: 'validation',
      },
    ],
    INVALID,
    'must have less than 1024 tokens',
  ),
  row(
    'TGI, overloaded',
    [429, { error: 'Model is overloaded', error_type: 'overloaded' }],
    LIMITED,
    'Model is overloaded',
  ),
  row(
    'SGLang',
    [
      400,
      {
        object: 'error',
        message: 'The input is longer than the context length.',
        type: 'BadRequest',
        param: null,
        code: 400,
      },
    ],
    INVALID,
    'longer than the context length',
  ),
  row(
    'LiteLLM',
    [
      429,
      {
        error: {
          message: 'litellm.RateLimitError: RateLimitError: no deployments available.',
          type: 'throttling_error',
          param: null,
          code: '429',
        },
      },
    ],
    LIMITED,
    'no deployments available',
  ),
  row(
    'LiteLLM, a budget',
    [
      400,
      {
        error: {
          message: 'Budget has been exceeded! Current cost: 1.2',
          type: 'budget_exceeded',
          param: null,
          code: '400',
        },
      },
    ],
    INVALID,
    'Budget has been exceeded',
  ),
  row(
    'OpenRouter, behind it',
    [
      429,
      {
        error: {
          message: 'Provider returned error',
          code: 429,
          metadata: { raw: 'x is temporarily rate-limited upstream.', provider_name: 'Chutes' },
        },
        user_id: 'u',
      },
    ],
    LIMITED,
    'Provider returned error: x is temporarily rate-limited upstream.',
  ),
  row(
    'OpenRouter, JSON behind it',
    [
      400,
      {
        error: {
          message: 'Provider returned error',
          code: 400,
          metadata: { raw: '{"error":{"message":"top_k is too large"}}', provider_name: 'X' },
        },
      },
    ],
    INVALID,
    'top_k is too large',
  ),
  row(
    'OpenRouter, credits',
    [402, { error: { message: 'This request requires more credits.', code: 402 } }],
    REFUSED,
    'requires more credits',
  ),
  row(
    'Groq, no capacity',
    [498, { error: { message: 'Flex tier capacity exceeded.', type: 'capacity_exceeded', code: 'capacity_exceeded' } }],
    UNAVAILABLE,
    'capacity exceeded',
  ),
  row(
    'Groq, a model',
    [
      400,
      {
        error: {
          message: 'The model `mixtral` has been decommissioned and is no longer supported.',
          type: 'invalid_request_error',
          code: 'model_decommissioned',
        },
      },
    ],
    NOT_FOUND,
    'has been decommissioned',
  ),
  row(
    'Mistral',
    [
      422,
      {
        object: 'error',
        message: { detail: [{ type: 'missing', loc: ['body', 'model'], msg: 'Field required' }] },
        type: 'invalid_request_error',
        param: null,
        code: null,
        raw_status_code: 422,
      },
    ],
    INVALID,
    'model: Field required',
  ),
  row(
    'Mistral, a limit',
    [
      429,
      {
        object: 'error',
        message: 'Requests rate limit exceeded',
        type: 'rate_limited',
        param: null,
        code: '1300',
        raw_status_code: 429,
      },
    ],
    LIMITED,
    'Requests rate limit exceeded',
  ),
  row('Mistral, a key', [401, { message: 'Unauthorized', request_id: 'a' }], REFUSED, 'Unauthorized'),
  row(
    'Mistral, a model',
    [400, { object: 'error', message: 'Invalid model: mistral-x', type: 'invalid_model', param: null, code: '1500' }],
    NOT_FOUND,
    'Invalid model: mistral-x',
  ),
  row(
    'DeepSeek, balance',
    [
      402,
      { error: { message: 'Insufficient Balance', type: 'unknown_error', param: null, code: 'invalid_request_error' } },
    ],
    REFUSED,
    'Insufficient Balance',
  ),
  row(
    'DeepSeek, a model',
    [
      400,
      {
        error: {
          message: 'Model Not Exist',
          type: 'invalid_request_error',
          param: null,
          code: 'invalid_request_error',
        },
      },
    ],
    NOT_FOUND,
    'Model Not Exist',
  ),
  row(
    'Together',
    [
      401,
      {
        id: 'o',
        error: {
          message: 'Invalid API key provided.',
          type: 'invalid_request_error',
          param: null,
          code: 'invalid_api_key',
        },
      },
    ],
    REFUSED,
    'Invalid API key provided.',
  ),
  row(
    'Fireworks',
    [
      404,
      {
        error: {
          object: 'error',
          type: 'invalid_request_error',
          message: 'Model not found, inaccessible, and/or not deployed',
        },
      },
    ],
    NOT_FOUND,
    'Model not found',
  ),
  row(
    'Apigee',
    [401, { fault: { faultstring: 'Invalid ApiKey', detail: { errorcode: 'oauth.v2.InvalidApiKey' } } }],
    REFUSED,
    'Invalid ApiKey',
  ),
  row(
    'Perplexity',
    [
      400,
      {
        error: {
          message: "Invalid model 'x'. Permitted models can be found in the documentation.",
          type: 'invalid_model',
          code: 400,
        },
      },
    ],
    NOT_FOUND,
    "Invalid model 'x'",
  ),
  row(
    'xAI',
    [
      400,
      {
        code: 'Client specified an invalid argument',
        error: 'Incorrect API key provided: xa***k. You can obtain an API key from https://console.x.ai.',
      },
    ],
    REFUSED,
    'Incorrect API key provided',
  ),
  row(
    'xAI, down',
    [503, { code: 'The service is currently unavailable', error: 'The model is at capacity.' }],
    UNAVAILABLE,
    'The model is at capacity.',
  ),
  row(
    'Cerebras',
    [
      404,
      {
        message: 'Model x does not exist or you do not have access to it.',
        type: 'not_found_error',
        param: 'model',
        code: 'model_not_found',
      },
    ],
    NOT_FOUND,
    'does not exist or you do not',
  ),
  row(
    'Cerebras, a queue',
    [
      429,
      {
        message: 'We are experiencing high traffic.',
        type: 'too_many_requests_error',
        param: 'queue',
        code: 'queue_exceeded',
      },
    ],
    LIMITED,
    'high traffic',
  ),
  row(
    "Gemini's OpenAI endpoint",
    [
      400,
      [
        {
          error: {
            code: 400,
            message: 'API key not valid. Please pass a valid API key.',
            status: 'INVALID_ARGUMENT',
            details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }],
          },
        },
      ],
    ],
    REFUSED,
    'API key not valid',
  ),
  row(
    "Gemini's OpenAI endpoint, a limit",
    [
      429,
      [
        {
          error: {
            code: 429,
            message: 'Quota exceeded.',
            status: 'RESOURCE_EXHAUSTED',
            details: [{ retryDelay: '0.001s' }],
          },
        },
      ],
    ],
    LIMITED,
    'Quota exceeded.',
  ),
  row(
    'Bedrock, throttled',
    [
      400,
      {
        __type: 'com.amazon.coral.service#ThrottlingException',
        message: 'Too many requests, please wait before trying again.',
      },
    ],
    LIMITED,
    'Too many requests',
  ),
  row(
    'Bedrock, no access',
    [403, { Message: 'User is not authorized to perform: bedrock:InvokeModel' }],
    REFUSED,
    'is not authorized to perform',
  ),
  row(
    'Lambda',
    [502, { errorType: 'Runtime.ExitError', errorMessage: 'RequestId: 1 Error: Runtime exited' }],
    UNAVAILABLE,
    'Runtime exited',
  ),
  row(
    'Cloudflare',
    [401, { success: false, errors: [{ code: 10_000, message: 'Authentication error' }], messages: [], result: null }],
    REFUSED,
    'Authentication error',
  ),
  row(
    'Cloudflare, a page',
    [403, '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>x</body></html>'],
    REFUSED,
    'Just a moment...',
  ),
  row('Cloudflare, plain', [429, 'error code: 1015'], LIMITED, 'error code: 1015'),
  row(
    'Cloudflare, 524',
    [524, '<html><head><title>x | 524: A timeout occurred</title></head></html>'],
    UNAVAILABLE,
    'A timeout occurred',
  ),
  row(
    'nginx',
    [
      502,
      '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center></body></html>',
    ],
    UNAVAILABLE,
    'Bad Gateway',
  ),
  row(
    'nginx, a large body',
    [413, '<html><head><title>413 Request Entity Too Large</title></head></html>'],
    INVALID,
    'Request Entity Too Large',
  ),
  row('Envoy', [503, 'no healthy upstream'], UNAVAILABLE, 'no healthy upstream'),
  row(
    'Istio',
    [503, 'upstream connect error or disconnect/reset before headers. reset reason: connection failure'],
    UNAVAILABLE,
    'reset reason: connection failure',
  ),
  row('nothing', [502, ''], UNAVAILABLE, 'Bad Gateway'),
  row('nothing, 404', [404, ''], NOT_FOUND, 'Not Found'),
  row(
    'Hugging Face, loading',
    [503, { error: 'Model x is currently loading', estimated_time: 20 }],
    UNAVAILABLE,
    'is currently loading',
  ),
  row(
    'Hugging Face, a list',
    [400, { error: ['Error in `parameters.temperature`: ensure this value is greater than 0'] }],
    INVALID,
    'ensure this value is greater than 0',
  ),
  row(
    'Hugging Face, gone',
    [410, { error: 'The requested model is deprecated and no longer available.' }],
    NOT_FOUND,
    'is deprecated',
  ),
  row(
    'problem+json',
    [404, { type: 'about:blank', status: 404, title: 'Not Found', detail: "Function 'x': Not found for account" }],
    NOT_FOUND,
    "Function 'x': Not found for account",
  ),
  row(
    'Databricks',
    [403, { error_code: 'PERMISSION_DENIED', message: 'User does not have permission.' }],
    REFUSED,
    'User does not have permission.',
  ),
  row('Cohere', [401, { message: 'invalid api token' }], REFUSED, 'invalid api token'),
  row(
    'OAuth',
    [401, { error: 'invalid_token', error_description: 'The access token expired' }],
    REFUSED,
    'The access token expired',
  ),
  row(
    'DashScope',
    [401, { code: 'InvalidApiKey', message: 'Invalid API-key provided.', request_id: 'r' }],
    REFUSED,
    'Invalid API-key provided.',
  ),
  row(
    'DashScope, a filter',
    [
      400,
      {
        error: {
          code: 'data_inspection_failed',
          message: 'Output data may contain inappropriate content.',
          type: 'data_inspection_failed',
        },
      },
    ],
    BLOCKED,
    'inappropriate content',
  ),
  row(
    'SiliconFlow',
    [400, { code: 20_012, message: 'Model does not exist. Please check it carefully.', data: null }],
    NOT_FOUND,
    'Model does not exist.',
  ),
  row(
    'Anthropic',
    [529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' }, request_id: 'r' }],
    UNAVAILABLE,
    'Overloaded',
  ),
  row('errors as a map', [400, { errors: { model: ['is unknown here'] } }], INVALID, 'is unknown here'),
  row('a text of JSON', [500, '"Internal Server Error"'], UNAVAILABLE, 'Internal Server Error'),
  row('JSON in a text', [400, { error: '{"message":"the inner reason"}' }], INVALID, 'the inner reason'),
  row('a conflict', [409, { error: { message: 'Request was aborted, please retry.' } }], UNAVAILABLE, 'was aborted'),
  row(
    'not implemented',
    [501, { error: { message: 'Not implemented here', type: 'not_implemented' } }],
    ['unavailable', false],
    'Not implemented here',
  ),
];

/** Errors with status 200, and in streams. */
export const BODY_ERRORS: readonly ErrorBody[] = [
  row('a code', [200, { error: { message: 'Overloaded.', code: 502 } }], UNAVAILABLE, 'Overloaded.'),
  row('a code as a text', [200, { error: { message: 'Slow down.', code: '429' } }], LIMITED, 'Slow down.'),
  row(
    'a type',
    [200, { error: { message: 'The server had an error.', type: 'server_error', param: null, code: null } }],
    UNAVAILABLE,
    'The server had an error.',
  ),
  row(
    'a rate limit by type',
    [200, { error: { message: 'Slow down.', type: 'rate_limit_error' } }],
    LIMITED,
    'Slow down.',
  ),
  row(
    'an authentication error',
    [200, { error: { message: 'No such key.', type: 'authentication_error' } }],
    REFUSED,
    'No such key.',
  ),
  row('a text', [200, { error: 'out of memory' }], UNKNOWN, 'out of memory'),
  row('a text that tells', [200, { error: 'rate limit exceeded' }], LIMITED, 'rate limit exceeded'),
  row(
    'a text about a model',
    [200, { error: 'model "x" not found, try pulling it first' }],
    NOT_FOUND,
    'try pulling it first',
  ),
  row('a text about a key', [200, { error: 'Invalid API key' }], REFUSED, 'Invalid API key'),
  row(
    'a text about capacity',
    [200, { error: 'The server is overloaded, please try again later.' }],
    UNAVAILABLE,
    'overloaded',
  ),
  row(
    'LM Studio, a wrong path',
    [200, { error: 'Unexpected endpoint or method. (POST /chat/completions)' }],
    NOT_FOUND,
    'Unexpected endpoint',
  ),
  row(
    'a detail',
    [200, { detail: 'CUDA error: an illegal memory access was encountered' }],
    UNKNOWN,
    'illegal memory access',
  ),
  row(
    'a list of details',
    [200, { detail: [{ loc: ['body', 'x'], msg: 'field required', type: 'value_error.missing' }] }],
    INVALID,
    'x: field required',
  ),
  row('a message', [200, { message: 'Too many requests' }], LIMITED, 'Too many requests'),
  row(
    'object error',
    [200, { object: 'error', message: 'The input is too long.', type: 'BadRequestError', code: 400 }],
    INVALID,
    'The input is too long.',
  ),
  row(
    'object error without a code',
    [200, { object: 'error', message: 'No GPU.', type: 'InternalServerError', param: null, code: null }],
    UNAVAILABLE,
    'No GPU.',
  ),
  row(
    'a list',
    [200, [{ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }]],
    UNAVAILABLE,
    'The model is overloaded.',
  ),
  row('gRPC', [200, { error: { message: 'no', status: 'RESOURCE_EXHAUSTED' } }], LIMITED, 'no'),
  row(
    'TGI',
    [200, { error: 'Request failed during generation: Server error: x', error_type: 'generation' }],
    UNAVAILABLE,
    'Request failed during generation',
  ),
  row(
    'a list of errors',
    [200, { success: false, errors: [{ message: 'AiError: bad input', code: 5006 }] }],
    UNKNOWN,
    'AiError: bad input',
  ),
  row(
    'MiniMax',
    [200, { base_resp: { status_code: 1004, status_msg: 'login fail: invalid api key' } }],
    REFUSED,
    'login fail',
  ),
  row(
    'Baidu',
    [200, { error_code: 336_003, error_msg: 'the max input characters is 20000' }],
    UNKNOWN,
    'max input characters',
  ),
  row(
    'choices null',
    [
      200,
      {
        id: 'x',
        choices: null,
        error: { message: 'All deployments failed.', type: 'None', param: 'None', code: '500' },
      },
    ],
    UNAVAILABLE,
    'All deployments failed.',
  ),
  row('a filter', [200, { error: { message: 'Flagged.', code: 'content_filter' } }], BLOCKED, 'Flagged.'),
  row(
    'Anthropic',
    [200, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
    UNAVAILABLE,
    'Overloaded',
  ),
  row(
    'a choice',
    [
      200,
      {
        id: 'x',
        choices: [
          {
            index: 0,
            delta: { content: '' },
            message: { content: '' },
            finish_reason: 'error',
            error: { code: 502, message: 'Upstream idle timeout' },
          },
        ],
      },
    ],
    UNAVAILABLE,
    'Upstream idle timeout',
  ),
];
