// @ts-check

/**
 * Dark and light: what the system says, unless the reader chose. The choice is kept where the browser allows it; a page
 * from a file may not be.
 */

const KEY = 'heap-analyzer-theme';

/** @returns {'dark' | 'light' | null} */
function chosen() {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === 'dark' || kept === 'light' ? kept : null;
  } catch {
    return null;
  }
}

function applyTheme() {
  const theme = chosen();
  if (theme) document.documentElement.dataset.theme = theme;
}

const isDark = () =>
  (document.documentElement.dataset.theme ??
    (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';

function toggleTheme() {
  const theme = isDark() ? 'light' : 'dark';
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // It holds for this page then.
  }
  dispatchEvent(new Event('themechange'));
}

export { applyTheme, isDark, toggleTheme };
