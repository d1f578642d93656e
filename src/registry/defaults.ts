/** The embedded chat model: small enough for any machine, real enough to run everything. */
export const DEFAULT_MODEL = 'local/smollm2-135m-instruct';

/** The ranker where none is named: trained by this project, shipped with the package. */
export const DEFAULT_RANKER = 'small';
