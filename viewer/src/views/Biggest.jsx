// @ts-check

/** The biggest objects: the heads of the dominator tree. None is part of another, so together they are the heap. */

import { useAnswer } from '../answers.js';
import { Head, ObjectName, SizeBar, Unfolding, Waiting } from '../parts/parts.jsx';
import { Path } from '../parts/Path.jsx';
import { size } from '../numbers.js';
import { lastFile } from '../views.js';

function Biggest() {
  const file = lastFile();
  const asked = useAnswer(`analysis/${file}`);
  const { answer } = asked;
  if (!answer) return <Waiting asked={asked} what="Reading the snapshot…" />;
  return (
    <>
      <Head
        title="Biggest objects"
        lead="By what would be freed with them. None of them is part of another. Open one to see how the root reaches it."
      />
      <ul class="growth">
        {answer.biggest.map((/** @type {any} */ { node, retainedSize, path }) => (
          <li key={node.id}>
            <Unfolding
              summary={
                <>
                  <ObjectName node={node} plain />
                  <SizeBar bytes={retainedSize} whole={answer.statistics.total} />
                  <span class="growth-by quiet">
                    {size(node.selfSize)} of it shallow, class {node.class}
                  </span>
                </>
              }
            >
              {() => <Path hops={path} label={`How the root reaches @${node.id}`} file={file} />}
            </Unfolding>
          </li>
        ))}
      </ul>
    </>
  );
}

export { Biggest };
