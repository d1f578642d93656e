export { type AnswerForm, resolveAnswerForm } from './answer-form.ts';
export { schemaOutput, schemaSettings, schemaWords, withSchemaWords } from './answer-request.ts';
export { readAnswer, type StructuredAnswer } from './read-answer.ts';
