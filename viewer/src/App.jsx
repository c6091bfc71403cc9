// @ts-check

/** The frame of the page: what it is about, the navigation, a search, and the view that the URL names. */

import { useEffect, useRef } from 'preact/hooks';
import { Search } from './parts/Search.jsx';
import { linkTo, useRoute } from './route.js';
import { toggleTheme } from './theme.js';
import { VIEWS, viewOf } from './views.js';

/** @param {{ page: import('./answers.js').Page }} props */
function App({ page }) {
  const route = useRoute();
  const view = viewOf(route.path[0]) ?? viewOf(page.home);
  const main = useRef(/** @type {HTMLElement | null} */ (null));
  const place = route.path.join('/');
  const first = useRef(true);
  const title = view?.title ?? 'Nothing to show';
  useEffect(() => {
    document.title = `${title} · ${page.files.map(({ name }) => name).join(', ')} · heap-analyzer`;
    // A reader of the screen, and the keyboard, go on where the new view begins; the first view is not a change.
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [place, title]);
  useShortcuts();
  const Show = view?.show;
  return (
    <div class="frame">
      <a class="skip" href={location.hash || '#/'} onClick={(event) => skip(event, main.current)}>
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href={linkTo([page.home])}>
          <Mark />
          heap-analyzer
        </a>
        <FileNames page={page} />
        <Search page={page} />
        <button
          type="button"
          class="icon-button"
          onClick={toggleTheme}
          aria-label="Switch between dark and light"
        >
          <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
            <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="1.6" />
            <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
          </svg>
        </button>
      </header>
      <Navigation current={view?.id} />
      <main ref={main} tabIndex={-1} id="content">
        {Show ? <Show route={route} page={page} /> : <p>This page has nothing to show.</p>}
      </main>
      <footer class="bottom">
        <span>
          heap-analyzer {page.tool.version}
          {page.made ? ` · written ${page.made.slice(0, 16).replace('T', ' ')} UTC` : ''}
        </span>
        <span>Sizes are decimal: 1 MB = 1,000,000 bytes. Press / to search.</span>
      </footer>
    </div>
  );
}

/** @param {Event} event @param {HTMLElement | null} target */
function skip(event, target) {
  event.preventDefault();
  target?.focus();
}

/** @param {{ page: import('./answers.js').Page }} props */
function FileNames({ page }) {
  const names = page.files.map(({ name }) => name);
  const shown = names.length > 2 ? `${names[0]} … ${names[names.length - 1]}` : names.join(' → ');
  return (
    <span class="files" title={page.files.map(({ path, name }) => path ?? name).join('\n')}>
      {shown}
      {names.length > 2 ? <span class="quiet"> {names.length} snapshots</span> : null}
    </span>
  );
}

const Mark = () => (
  <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" class="mark">
    <rect x="2" y="13" width="5" height="9" rx="1.5" />
    <rect x="9.5" y="8" width="5" height="14" rx="1.5" />
    <rect x="17" y="2" width="5" height="20" rx="1.5" />
  </svg>
);

/** @param {{ current?: string }} props */
function Navigation({ current }) {
  const there = VIEWS.filter((view) => view.group && view.there());
  const groups = [...new Set(there.map(({ group }) => group))];
  const shown = current === 'finding' ? 'verdict' : current;
  return (
    <nav class="side" aria-label="Views">
      {groups.map((group) => (
        <div class="side-group" key={group}>
          <h2>{group}</h2>
          <ul>
            {there
              .filter((view) => view.group === group)
              .map((view) => (
                <li key={view.id}>
                  <a href={linkTo([view.id])} aria-current={view.id === shown ? 'page' : undefined}>
                    {view.title}
                  </a>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

/** `/` goes to the search, as in many tools; never while something is being written. */
function useShortcuts() {
  useEffect(() => {
    const pressed = (/** @type {KeyboardEvent} */ event) => {
      const target = /** @type {HTMLElement} */ (event.target);
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (target.closest('input, textarea, select')) return;
      event.preventDefault();
      document.getElementById('search')?.focus();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}

export { App };
