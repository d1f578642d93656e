const NAME = 'llm-blender-key';

/** The key of the server, kept in this tab until it is closed. */
export const serverKey = {
  get: (): string | null => sessionStorage.getItem(NAME),
  set: (key: string): void => sessionStorage.setItem(NAME, key),
};
