// @ts-check

/** The class table, with the columns of DevTools. */

import { useAnswer } from '../answers.js';
import { Head, SizeBar, Waiting } from '../parts/parts.jsx';
import { Table } from '../parts/Table.jsx';
import { count, distance, percent } from '../numbers.js';
import { lastFile } from '../views.js';

/** @param {{ route: import('../route.js').Route }} props */
function Classes({ route }) {
  const asked = useAnswer(`analysis/${lastFile()}`);
  const { answer } = asked;
  if (!answer) return <Waiting asked={asked} what="Reading the snapshot…" />;
  const { classes, classCount, statistics } = answer;
  return (
    <>
      <Head
        title="Classes"
        lead="Shallow is the memory of the objects themselves; retained is what would be freed with all of them."
      />
      <Table
        caption="Classes of objects"
        route={route}
        rows={classes}
        all={classCount}
        sortedBy="retained"
        words={(row) => row.name}
        columns={[
          {
            id: 'name',
            title: 'Class',
            text: true,
            value: (row) => row.name,
            show: (row) => <code>{row.name}</code>,
          },
          {
            id: 'distance',
            title: 'Distance',
            minor: true,
            help: 'The fewest references from the root',
            value: (row) => (row.distance < 0 ? 1e9 : row.distance),
            show: (row) => distance(row.distance),
          },
          { id: 'count', title: 'Count', value: (row) => row.count, show: (row) => count(row.count) },
          {
            id: 'shallow',
            title: 'Shallow',
            value: (row) => row.selfSize,
            show: (row) => <SizeBar bytes={row.selfSize} whole={statistics.total} />,
          },
          {
            id: 'retained',
            title: 'Retained',
            value: (row) => row.retainedSize,
            show: (row) => <SizeBar bytes={row.retainedSize} whole={statistics.total} />,
          },
          {
            id: 'part',
            title: '% of heap',
            minor: true,
            value: (row) => row.retainedSize,
            show: (row) => percent(row.retainedSize, statistics.total),
          },
        ]}
      />
    </>
  );
}

export { Classes };
