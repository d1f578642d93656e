/** How blends are served, for `serve` and `startServer`. */
export interface ServerSettings {
  /**
   * The model that answers what chat pages ask for themselves, such as titles, tags and follow-up questions. False: the
   * blend that they name. @default the first member of that blend
   */
  readonly taskModel?: string | false | undefined;
}
