// @ts-check

/**
 * Where one is: a path and its settings in the part of the URL behind the #, so that every view has a link, works in a
 * file on disk, and the browser's back and forward do what they should.
 */

import { useEffect, useState } from 'preact/hooks';

/** @typedef {{ path: string[], query: URLSearchParams }} Route */

/** @returns {Route} */
function currentRoute() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  return { path: path.split('/').filter(Boolean).map(decoded), query: new URLSearchParams(query) };
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // typed by hand
  }
}

/**
 * @param {Array<string | number>} path
 * @param {Record<string, string | number | undefined>} [query] what is undefined or empty is left out
 */
function linkTo(path, query = {}) {
  const settings = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(settings.map(([name, value]) => [name, String(value)])).toString();
  return `#/${path.map((part) => encodeURIComponent(part)).join('/')}${search && `?${search}`}`;
}

/** @returns {Route} */
function useRoute() {
  const [route, setRoute] = useState(currentRoute);
  useEffect(() => {
    const changed = () => setRoute(currentRoute());
    addEventListener('hashchange', changed);
    addEventListener('popstate', changed);
    return () => {
      removeEventListener('hashchange', changed);
      removeEventListener('popstate', changed);
    };
  }, []);
  return route;
}

/**
 * Changes a setting of the view one is in, such as its filter, without a step in the browser's history.
 * @param {Record<string, string | number | undefined>} changes
 */
function setQuery(changes) {
  const { path, query } = currentRoute();
  const all = { ...Object.fromEntries(query), ...changes };
  history.replaceState(null, '', linkTo(path, all));
  dispatchEvent(new PopStateEvent('popstate'));
}

/** @param {string} link */
function go(link) {
  location.hash = link;
}

export { currentRoute, linkTo, useRoute, setQuery, go };
