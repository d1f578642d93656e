import cliProgress from 'cli-progress';

/** A progress bar of `width` columns; `share` between 0 and 1. */
export function bar(share: number, width: number): string {
  const { shades_classic: preset } = cliProgress.Presets;
  return cliProgress.Format.BarFormat(Math.min(1, Math.max(0, share)), {
    barsize: width,
    barCompleteString: preset.barCompleteChar.repeat(width),
    barIncompleteString: preset.barIncompleteChar.repeat(width),
    barGlue: '',
  });
}
