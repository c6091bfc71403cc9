// @ts-check

/**
 * A table that is sorted by its headings and filtered by a word, with both kept in the URL. Long ones show their first
 * rows, and more when asked: a browser is slow with ten thousand rows that nobody looks at.
 */

import { useMemo, useState } from 'preact/hooks';
import { count } from '../numbers.js';
import { setQuery } from '../route.js';

const FIRST = 60;

/**
 * @typedef {object} Column
 * @property {string} id
 * @property {string} title
 * @property {(row: any) => any} value by which it is sorted
 * @property {(row: any) => any} [show] what the cell has, if not the value
 * @property {boolean} [text] left-aligned, sorted by letters
 * @property {boolean} [minor] given up first where there is little room
 * @property {string} [help]
 */

/**
 * @param {object} props
 * @param {string} props.caption
 * @param {Column[]} props.columns
 * @param {any[]} props.rows
 * @param {string} props.sortedBy column, as the rows come; from most to least
 * @param {(row: any) => string} [props.words] what the filter looks through; without it there is none
 * @param {import('../route.js').Route} props.route
 * @param {number} [props.all] how many there are where the answer has only the first
 * @param {(row: any) => any} [props.mark] tells a row to be marked
 * @param {string} [props.prefix] of the names in the URL, where a view has two tables
 */
function Table({ caption, columns, rows, sortedBy, words, route, all, prefix = '' }) {
  const [most, setMost] = useState(FIRST);
  const filter = route.query.get(`${prefix}q`) ?? '';
  const sort = route.query.get(`${prefix}sort`) ?? sortedBy;
  const sorted = columns.find(({ id }) => id === sort) ?? columns[0];
  const upwards = route.query.has(`${prefix}order`)
    ? route.query.get(`${prefix}order`) === 'up'
    : Boolean(sorted.text);
  const shown = useMemo(
    () => arranged(rows, sorted, upwards, words, filter),
    [rows, sorted.id, upwards, filter],
  );
  const sortBy = (/** @type {Column} */ column) => {
    const turned = column === sorted ? !upwards : Boolean(column.text);
    setQuery({ [`${prefix}sort`]: column.id, [`${prefix}order`]: turned ? 'up' : 'down' });
  };
  const id = `${prefix}filter`;
  return (
    <div class="table-part">
      {words ? (
        <div class="table-tools">
          <label class="quiet" for={id}>
            Filter
          </label>
          <input
            id={id}
            type="search"
            value={filter}
            spellcheck={false}
            autocomplete="off"
            onInput={(event) => setQuery({ [`${prefix}q`]: event.currentTarget.value })}
          />
          <span class="quiet" role="status">
            {count(shown.length)} of {count(all ?? rows.length)}
          </span>
        </div>
      ) : null}
      <div class="table-scroll" tabIndex={0} role="region" aria-label={caption}>
        <table>
          <caption class="unseen">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th
                  key={column.id}
                  scope="col"
                  class={classOf(column)}
                  aria-sort={column === sorted ? (upwards ? 'ascending' : 'descending') : undefined}
                >
                  <button type="button" onClick={() => sortBy(column)} title={column.help}>
                    {column.title}
                    <span aria-hidden="true" class="sort-mark">
                      {column === sorted ? (upwards ? '▲' : '▼') : ''}
                    </span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, most).map((row, index) => (
              <tr key={row.key ?? index}>
                {columns.map((column) => (
                  <td key={column.id} class={classOf(column)}>
                    {column.show ? column.show(row) : column.value(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length === 0 ? <p class="quiet empty">No row has that.</p> : null}
      {shown.length > most ? (
        <button type="button" class="more" onClick={() => setMost(most * 5)}>
          Show more ({count(shown.length - most)} left)
        </button>
      ) : null}
    </div>
  );
}

/** @param {Column} column */
const classOf = ({ text, minor }) => [text ? 'text' : 'number', minor ? 'minor' : ''].join(' ').trim();

/**
 * @param {any[]} rows
 * @param {Column} column
 * @param {boolean} upwards
 * @param {((row: any) => string) | undefined} words
 * @param {string} filter
 */
function arranged(rows, column, upwards, words, filter) {
  const wanted = filter.trim().toLowerCase();
  const kept = words && wanted ? rows.filter((row) => words(row).toLowerCase().includes(wanted)) : rows;
  const sign = upwards ? 1 : -1;
  const compare = column.text
    ? (/** @type {any} */ a, /** @type {any} */ b) => (a < b ? -1 : a > b ? 1 : 0)
    : (/** @type {any} */ a, /** @type {any} */ b) => a - b;
  // The order of the answer decides among equal ones: sorting is stable.
  return [...kept].sort((a, b) => sign * compare(column.value(a), column.value(b)));
}

export { Table, arranged };
