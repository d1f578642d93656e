/** What a fuser found when it compared the candidates, before it wrote. As untrusted as the candidates. */
export interface FusionAnalysis {
  /** What the candidates agree on. */
  readonly agreement: readonly string[];
  /** Where they contradict each other. */
  readonly contradictions: readonly string[];
  /** Points made by only one of them. */
  readonly uniquePoints: readonly string[];
  /** What the task asks for and none of them covers. */
  readonly blindSpots: readonly string[];
}
