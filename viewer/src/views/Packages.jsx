// @ts-check

/** Whose the bytes are: by npm package and by source file. */

import { useAnswer } from '../answers.js';
import { Head, Section, SizeBar, Waiting, shownOf } from '../parts/parts.jsx';
import { Table } from '../parts/Table.jsx';
import { count, shortFile } from '../numbers.js';
import { linkTo } from '../route.js';
import { lastFile } from '../views.js';

/** @param {{ route: import('../route.js').Route }} props */
function Packages({ route }) {
  const asked = useAnswer(`analysis/${lastFile()}`);
  const { answer } = asked;
  if (!answer) return <Waiting asked={asked} what="Reading the snapshot…" />;
  const { packages, packageCount, modules, moduleCount, statistics } = answer;
  if (!packages) return <Head title="Packages and files" lead="This report was written without them." />;
  const columns = (/** @type {string} */ title, /** @type {(row: any) => any} */ name) => [
    { id: 'name', title, text: true, value: (/** @type {any} */ row) => row.name, show: name },
    {
      id: 'count',
      title: 'Count',
      minor: true,
      value: (/** @type {any} */ row) => row.count,
      show: (/** @type {any} */ row) => count(row.count),
    },
    {
      id: 'shallow',
      title: 'Shallow',
      help: 'What belongs to it; all rows together are the heap',
      value: (/** @type {any} */ row) => row.selfSize,
      show: (/** @type {any} */ row) => <SizeBar bytes={row.selfSize} whole={statistics.total} />,
    },
    {
      id: 'retained',
      title: 'Retained',
      help: 'What would be freed with it',
      value: (/** @type {any} */ row) => row.retainedSize,
      show: (/** @type {any} */ row) => <SizeBar bytes={row.retainedSize} whole={statistics.total} />,
    },
  ];
  return (
    <>
      <Head
        title="Packages and files"
        lead="What a package or file made, or what hangs on it. Shallow sizes add up to the heap; retained ones overlap."
      />
      <Section title="Packages" about={shownOf(packages.length, packageCount)}>
        <Table
          caption="Packages"
          route={route}
          rows={packages}
          sortedBy="retained"
          columns={columns('Package', (row) => (
            <a href={linkTo(['map', row.name])}>{row.name}</a>
          ))}
        />
      </Section>
      <Section title="Source files" about={shownOf(modules.length, moduleCount)}>
        <Table
          caption="Source files"
          prefix="f-"
          route={route}
          rows={modules}
          all={moduleCount}
          sortedBy="retained"
          words={(row) => `${row.name} ${row.package}`}
          columns={columns('File', (row) => (
            <a href={linkTo(['map', row.package, row.name])} title={row.name}>
              {shortFile(row.name)}
            </a>
          ))}
        />
      </Section>
    </>
  );
}

export { Packages };
