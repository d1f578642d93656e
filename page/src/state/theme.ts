/** Which colours the page has. */
export type Theme = 'system' | 'light' | 'dark';

const NAME = 'llm-blender-theme';

export function savedTheme(): Theme {
  const saved = localStorage.getItem(NAME);
  return saved === 'light' || saved === 'dark' ? saved : 'system';
}

export function applyTheme(theme: Theme = savedTheme()): void {
  localStorage.setItem(NAME, theme);
  document.documentElement.dataset['theme'] = theme;
}
