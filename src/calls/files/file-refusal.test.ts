import { APICallError, UnsupportedFunctionalityError } from '@ai-sdk/provider';
import { RetryError, StreamProviderError } from 'ai';
import { expect, test } from 'vitest';
import type { FileKind } from '../../spec/attachments.ts';
import { refusedKinds } from './file-refusal.ts';

function apiError(statusCode: number, message: string, responseBody?: string): APICallError {
  return new APICallError({
    message,
    url: 'http://x/v1',
    requestBodyValues: {},
    statusCode,
    ...(responseBody === undefined ? {} : { responseBody }),
  });
}

const image = new Set<FileKind>(['image']);

/** What servers say to an image that the model does not take. */
const IMAGE_REFUSALS: readonly (readonly [server: string, status: number, reason: string])[] = [
  ['OpenAI', 400, 'Invalid content type. image_url is only supported by certain models.'],
  ['Azure', 400, "Invalid chat format. 'image_url' content type is not supported by this model."],
  ['Ollama', 500, 'this model is missing data required for image input'],
  ['Ollama, newer', 400, 'this model does not support image input'],
  ['LM Studio', 400, 'Model does not support images. Please use a model that does.'],
  [
    'LM Studio, form',
    400,
    "Invalid 'content': 'content' objects must have a 'type' field that is either 'text' or 'image_url'.",
  ],
  ['llama.cpp', 500, 'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj'],
  ['llama.cpp, older', 500, 'image input is not supported by this server'],
  ['llama.cpp, oldest', 500, 'unsupported content[].type'],
  ['llamafile', 500, "The server was not compiled for multimodal or the model projector can't be loaded."],
  ['vLLM', 400, 'Qwen/Qwen2.5-7B-Instruct is not a multimodal model None'],
  ['vLLM, limit of none', 400, 'At most 0 image(s) may be provided in one prompt.'],
  [
    'Groq',
    400,
    "'messages.0' : for 'role:user' the following must be satisfied[('messages.0.content' : value must be a string)]",
  ],
  ['Groq, older', 400, 'messages[0].content must be a string'],
  [
    'DeepSeek',
    400,
    'Failed to deserialize the JSON body into the target type: messages[0]: unknown variant `image_url`, expected `text` at line 1 column 108',
  ],
  [
    'DeepSeek, older',
    422,
    'Failed to deserialize the JSON body into the target type: messages[2]: invalid type: sequence, expected a string at line 1 column 2901',
  ],
  [
    'DeepSeek, oldest',
    422,
    'Failed to deserialize the JSON body into the target type: messages[1]: data did not match any variant of untagged enum ChatCompletionRequestContent at line 1 column 18254',
  ],
  ['OpenRouter', 404, 'No endpoints found that support image input'],
  ['Gemini API, Gemma', 400, 'Image input modality is not enabled for models/gemma-3-1b-it'],
  ['Anthropic', 400, "'claude-3-5-haiku-20241022' does not support image input."],
  ['Mistral', 400, 'Image input is not supported for this model'],
  ['Together', 400, 'This model does not support image inputs. Please use a vision model.'],
  ['xAI', 400, 'Image inputs are not supported by this model.'],
  ['Zhipu', 400, "messages.content.type is invalid, allowed values: ['text']"],
  ['Pydantic', 422, "Input should be 'text'"],
  ['Pydantic, plain texts', 422, 'messages.0.content: Input should be a valid string'],
  ['Bedrock', 400, "This model doesn't support the image content block that you provided."],
  ['Cohere', 400, 'image content is not supported for this model'],
  ['Perplexity', 400, 'Images are not supported for model sonar-deep-research'],
  ['MLX', 400, 'The loaded model is text-only and cannot process images'],
  ['SGLang', 400, 'The model does not support multimodal inputs'],
  ['llama-cpp-python', 500, 'Image input detected, but the loaded model is not configured with a mmproj module.'],
  ['another', 400, 'Vision is not supported by this model'],
  ['another', 400, "gpt-3.5-turbo doesn't support image inputs"],
  ['another', 400, 'Only text content is supported for this model.'],
  [
    'another',
    422,
    "[{'type': 'string_type', 'loc': ('body', 'messages', 0, 'content'), 'msg': 'Input should be a valid string'}]",
  ],
  ['another', 400, 'Unsupported content part type: image_url'],
  ['another', 400, 'content type image_url not supported'],
  ['another', 400, 'Multi-modal inputs are not supported by the selected model'],
  ['another', 400, 'No provider available that supports images for this model'],
  ['another', 400, 'Image understanding is not enabled for deepseek-r1'],
  [
    'another',
    400,
    'ValidationException: The model returned the following errors: messages: image content is not supported by this model',
  ],
  ['another', 400, 'image_url is not permitted for this model'],
  ['another', 500, 'Failed to load the mmproj: this model has no vision projector'],
  ['another', 400, 'Cannot read "image.png" (this model does not support image input). Inform the user.'],
  ['another', 400, 'does not support multi-modal inputs'],
  ['another', 400, 'image input is disabled for this model'],
  ['another', 400, 'Unrecognized content type: image_url'],
  ['another', 501, 'Images not implemented'],
  ['another', 400, "Sorry, this model can't see images."],
  ['another', 400, 'images are only supported on vision models'],
  ['another', 400, 'Multimodal is not enabled on this server'],
  ['another', 422, 'Expected string, received array at messages[0].content'],
  ['another', 400, 'messages: array content is not supported for this model'],
  ['another', 400, 'Model does not support the requested input modality: image'],
  ['another', 400, 'The model can only process text.'],
  ['another', 500, 'Vision model is not loaded'],
  ['another', 400, 'no vision support'],
  ['a gateway', 415, 'vision is not available on this deployment'],
];

test.each(IMAGE_REFUSALS)('%s refuses images with %i', (_, status, reason) => {
  expect(refusedKinds(apiError(status, reason), image)).toEqual(['image']);
  // As the first part of a stream, and as the last of several attempts.
  expect(refusedKinds(new StreamProviderError({ message: reason, data: {} }), image)).toEqual(['image']);
  const errors = [apiError(503, 'busy'), apiError(status, reason)];
  expect(refusedKinds(new RetryError({ message: 'x', reason: 'maxRetriesExceeded', errors }), image)).toEqual([
    'image',
  ]);
});

/** What is wrong with one image, with the request, or with the access. */
const OTHER_ERRORS: readonly (readonly [status: number, reason: string])[] = [
  [400, 'You uploaded an unsupported image. Please make sure your image has of one the following formats: png, jpeg.'],
  [400, 'Invalid image data. The image format is not supported: only PNG, JPEG, GIF and WebP are.'],
  [400, 'messages.0.content.1.image.source.base64: image exceeds 5 MB maximum: 9427836 bytes > 5242880 bytes'],
  [400, 'Could not process image'],
  [400, 'Failed to download image from https://example.com/a.png.'],
  [400, 'Unsupported MIME type: image/tiff'],
  [400, 'At most 1 image(s) may be provided in one prompt.'],
  [400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."],
  [400, "'temperature' does not support 0 with this model. Only the default (1) value is supported."],
  [400, 'This model does not support tools'],
  [400, "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model."],
  [400, "This model's maximum context length is 8192 tokens."],
  [400, 'The image is too small: both sides must be at least 28 pixels'],
  [400, 'Invalid image URL: only https is supported'],
  [400, 'Error while downloading https://x/y.png. Upstream status code: 403.'],
  [400, 'Your input image may contain content that is not allowed by our safety system.'],
  [400, 'cannot identify image file <_io.BytesIO object>'],
  [400, 'image dimensions exceed max allowed size: 8000 pixels'],
  [400, 'stream_options is not supported for this file type of model'],
  [500, 'CUDA out of memory while processing image'],
  [400, 'Image must be at least 32x32'],
  [400, 'The URL of the image could not be fetched'],
  [400, 'CMYK images are not supported'],
  [400, 'Your prompt must be text of at most 4096 tokens'],
  [400, "invalid request: unknown field 'seed'"],
  [400, 'SVG files are not allowed'],
  [401, 'Your plan does not support image input'],
  [403, 'Images are not supported in your region'],
  [404, 'The model `gpt-9` does not exist or you do not have access to it.'],
  [413, 'Request entity too large: images are not supported above 20 MB'],
  [429, 'Rate limit reached for images: vision is not available now'],
  [500, 'Internal server error'],
  [503, 'The model is overloaded and cannot process the image now'],
];

test.each(OTHER_ERRORS)('no refusal of images: %i %s', (status, reason) => {
  expect(refusedKinds(apiError(status, reason), image)).toEqual([]);
});

test.each<[string, readonly FileKind[], readonly FileKind[]]>([
  ['No endpoints found that support file input', ['image', 'pdf'], ['pdf']],
  ['No endpoints found that support input audio', ['image', 'audio'], ['audio']],
  ["'claude-3-haiku' does not support PDF input.", ['image', 'pdf'], ['pdf']],
  ['Unsupported MIME type: application/pdf', ['pdf'], ['pdf']],
  ["Invalid value: 'file'. Supported values are: 'text', 'image_url' and 'input_audio'.", ['pdf'], ['pdf']],
  ['Unknown part type: file', ['pdf'], ['pdf']],
  ['This model does not support image input', ['pdf'], ['pdf']],
  ['messages[0].content must be a string', ['image', 'pdf'], ['image', 'pdf']],
  ['audio input is not supported - hint: provide the mmproj', ['audio'], ['audio']],
])('%s: of %j it refuses %j', (reason, sent, refused) => {
  expect(refusedKinds(apiError(400, reason), new Set(sent))).toEqual(refused);
});

test('the body counts where the message does not say it', () => {
  const body = '{"error":{"message":"this model does not support image input"}}';
  expect(refusedKinds(apiError(400, 'Bad Request', body), image)).toEqual(['image']);
});

test.each<[string, readonly FileKind[], readonly FileKind[]]>([
  ['file part media type application/msword', ['image', 'pdf', 'file'], ['file']],
  ['Only images and PDF file parts are supported', ['audio', 'image'], ['audio']],
  ['Non-image file content parts', ['image', 'pdf'], ['pdf']],
  ['files in the prompt (image/png)', ['image'], ['image']],
  ['system messages are only supported at the beginning', ['image'], []],
])('a package that has no form for it: %s', (functionality, sent, refused) => {
  expect(refusedKinds(new UnsupportedFunctionalityError({ functionality }), new Set(sent))).toEqual(refused);
});

test('without files nothing is refused', () => {
  expect(refusedKinds(apiError(400, 'this model does not support image input'), new Set())).toEqual([]);
});
