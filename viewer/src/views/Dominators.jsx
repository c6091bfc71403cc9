// @ts-check

/** The dominator tree: what depends on what, biggest first. What is below a row would be freed with it. */

import { useAnswer } from '../answers.js';
import { Head, Waiting } from '../parts/parts.jsx';
import { Tree } from '../parts/Tree.jsx';
import { lastFile } from '../views.js';

function Dominators() {
  const file = lastFile();
  const asked = useAnswer(`dominated/${file}/root`);
  const { answer } = asked;
  if (!answer) return <Waiting asked={asked} what="Reading the snapshot…" />;
  return (
    <>
      <Head
        title="Dominator tree"
        lead="What is below a row would be freed with it. Sizes are retained: a row's is its own and all below it."
      />
      <Tree
        rows={answer.children}
        question={(id) => `dominated/${file}/${id}`}
        take={(told) => told.children}
        file={file}
        whole={answer.node.retainedSize}
        label="Dominator tree"
      />
    </>
  );
}

export { Dominators };
