// @ts-check

/**
 * The memory map: package, source file, class, holder, from left to right, each as high as it is big. Every byte of the
 * heap is in one box of each column. A click makes a box the whole picture; the arrow keys walk through it.
 */

import { hierarchy, partition } from 'd3-hierarchy';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { thePage, useAnswer } from '../answers.js';
import { Head, Waiting } from '../parts/parts.jsx';
import { count, counted, percent, shortFile, size } from '../numbers.js';
import { go, linkTo } from '../route.js';
import { lastFile } from '../views.js';

const LEVELS = ['package', 'file', 'class', 'holder'];
/** Boxes lower than this, in pixels, are drawn as nothing: they could be neither read nor hit. */
const LEAST = 3;

/** @param {{ route: import('../route.js').Route }} props */
function MemoryMap({ route }) {
  const asked = useAnswer(`analysis/${lastFile()}`);
  const map = asked.answer?.map;
  if (!asked.answer) return <Waiting asked={asked} what="Reading the snapshot…" />;
  if (!map) return <Head title="Memory map" lead="This report was written without a map." />;
  return (
    <>
      <Head
        title="Memory map"
        lead="Whose the bytes are. Each byte is in one box of each column: what a file's objects hang on, by class."
      />
      <Icicle map={map} path={route.path.slice(1)} />
    </>
  );
}

/** @param {any} box of d3's tree */
function nameOf({ data, depth, parent }) {
  if (data.others !== undefined) return `${count(data.others)} smaller`;
  // What has no name of its own is one of its class.
  return depth === 2 ? shortFile(data.name) : data.name || parent?.data.name || '(no name)';
}

/** How a box is called in the URL. @param {any} box */
const keyOf = (box) => (box.others !== undefined ? '…' : box.id !== undefined ? `@${box.id}` : box.name);

/** @param {{ map: any, path: string[] }} props */
function Icicle({ map, path }) {
  const frame = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [width, setWidth] = useState(900);
  const height = Math.max(420, Math.min(680, globalThis.innerHeight - 260));
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const measure = () => setWidth(element.clientWidth);
    measure();
    const seen = new ResizeObserver(measure);
    seen.observe(element);
    return () => seen.disconnect();
  }, []);
  const tree = useMemo(() => {
    const root = hierarchy(map).sum((box) => (box.children?.length ? 0 : box.size));
    return partition()(root);
  }, [map]);
  let at = /** @type {any} */ (tree);
  const steps = [at];
  for (const part of path) {
    const next = at.children?.find((/** @type {any} */ child) => keyOf(child.data) === part);
    if (!next) break;
    at = next;
    steps.push(at);
  }
  const levels = LEVELS.length - Math.max(0, at.depth - 1);
  const columns = at.depth === 0 ? LEVELS.length : levels;
  const column = width / columns;
  const span = at.x1 - at.x0;
  const from = at.depth === 0 ? 1 : at.depth;
  const boxes = visible(at, from, (box) => ((box.x1 - box.x0) / span) * height);
  const total = map.size;
  return (
    <div class="map">
      <nav class="map-steps" aria-label="Where in the map">
        {steps.map((step, index) => (
          <span key={index}>
            {index > 0 ? <span aria-hidden="true"> › </span> : null}
            {index === steps.length - 1 ? (
              <strong>{index === 0 ? 'The heap' : nameOf(step)}</strong>
            ) : (
              <a href={linkTo(['map', ...path.slice(0, index)])}>{index === 0 ? 'The heap' : nameOf(step)}</a>
            )}
          </span>
        ))}
        <span class="quiet">
          {' '}
          {size(at.data.size)}, {counted(at.data.count, 'object')}
          {at.depth > 0 ? `, ${percent(at.data.size, total)} of the heap` : ''}
        </span>
      </nav>
      <div class="map-heads" aria-hidden="true">
        {LEVELS.slice(LEVELS.length - columns).map((level) => (
          <span key={level}>{level}</span>
        ))}
      </div>
      <div
        ref={frame}
        class="map-frame"
        style={{ height: `${height}px` }}
        role="group"
        aria-label="Boxes of the map; the arrow keys go from one to another"
        onKeyDown={walk}
      >
        {boxes.map((/** @type {any} */ box) => (
          <Box
            key={box
              .ancestors()
              .map((/** @type {any} */ step) => keyOf(step.data))
              .join('\u0000')}
            box={box}
            place={{
              left: (box.depth - from) * column,
              top: ((box.x0 - at.x0) / span) * height,
              width: column,
              height: ((box.x1 - box.x0) / span) * height,
            }}
            total={total}
          />
        ))}
      </div>
    </div>
  );
}

/**
 * The boxes that can be seen; those of one parent that are too low for it stand in one, so that no byte is missing.
 * @param {any} top
 * @param {number} from depth
 * @param {(box: any) => number} heightOf in pixels
 */
function visible(top, from, heightOf) {
  const shown = [top];
  // It grows while it is walked: what is shown has its own boxes looked at.
  for (const parent of shown) {
    const low = /** @type {any[]} */ ([]);
    for (const child of parent.children ?? []) {
      if (heightOf(child) >= LEAST && child.data.others === undefined) shown.push(child);
      else low.push(child);
    }
    if (low.length === 0) continue;
    if (low.length === 1 && heightOf(low[0]) >= LEAST) {
      shown.push(low[0]);
      continue;
    }
    const sum = (/** @type {(box: any) => number} */ of) => low.reduce((all, box) => all + of(box), 0);
    const rest = {
      data: {
        name: '',
        size: sum((box) => box.data.size),
        count: sum((box) => box.data.count),
        others: sum((box) => box.data.others ?? 1),
      },
      depth: parent.depth + 1,
      parent,
      x0: Math.min(...low.map((box) => box.x0)),
      x1: Math.max(...low.map((box) => box.x1)),
      ancestors: () => [rest, ...parent.ancestors()],
    };
    if (heightOf(rest) >= 1) shown.push(rest);
  }
  return top.depth >= from ? shown : shown.filter((box) => box !== top);
}

/** @param {{ box: any, place: { left: number, top: number, width: number, height: number }, total: number }} props */
function Box({ box, place, total }) {
  const { data, depth } = box;
  const name = nameOf(box);
  const path = box
    .ancestors()
    .reverse()
    .slice(1)
    .map((/** @type {any} */ step) => keyOf(step.data));
  const about = `, ${percent(data.size, total)} of the heap, ${counted(data.count, 'object')}`;
  const retained =
    data.retainedSize !== undefined && data.retainedSize !== data.size
      ? `; retains ${size(data.retainedSize)} with what belongs to others`
      : '';
  const whole = depth === 2 && data.others === undefined ? data.name : name;
  const leaf = !box.children;
  const open = () => {
    if (data.id !== undefined && thePage().mode === 'live') go(linkTo(['object', lastFile(), data.id]));
    else if (!leaf) go(linkTo(['map', ...path]));
  };
  const top = box.ancestors().find((/** @type {any} */ step) => step.depth === 1);
  const shade = top ? top.parent.children.indexOf(top) % 7 : 0;
  return (
    <button
      type="button"
      class={`box shade${shade} depth${depth} ${data.others === undefined ? '' : 'box-rest'}`}
      style={{
        left: `${place.left}px`,
        top: `${place.top}px`,
        width: `${place.width - 2}px`,
        height: `${Math.max(1, place.height - 1)}px`,
      }}
      title={`${LEVELS[depth - 1]} ${whole}: ${size(data.size)}${about}${retained}`}
      onClick={open}
    >
      <span class="unseen">{LEVELS[depth - 1]} </span>
      <span class={place.height >= 15 ? 'box-text' : 'unseen'}>
        <span class="box-name">
          {name}
          {data.id === undefined ? null : <span class="object-id"> @{data.id}</span>}
        </span>{' '}
        <span class="box-size">{size(data.size)}</span>
      </span>
      <span class="unseen">
        {about}
        {retained}
      </span>
    </button>
  );
}

/** From box to box by where they stand. @param {KeyboardEvent} event */
function walk(event) {
  const keys = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  const direction = keys[/** @type {keyof typeof keys} */ (event.key)];
  const here = /** @type {HTMLElement} */ (event.target);
  if (!direction || !here.classList.contains('box')) return;
  event.preventDefault();
  const boxes = /** @type {HTMLElement[]} */ ([...(here.parentElement?.children ?? [])]);
  const [x, y] = direction;
  const middle = (/** @type {HTMLElement} */ box) => box.offsetTop + box.offsetHeight / 2;
  const candidates = boxes.filter((box) =>
    x === 0
      ? Math.abs(box.offsetLeft - here.offsetLeft) < 2 && (middle(box) - middle(here)) * y > 0
      : (box.offsetLeft - here.offsetLeft) * x > 2,
  );
  const away = (/** @type {HTMLElement} */ box) =>
    Math.abs(box.offsetLeft - here.offsetLeft) * 10 + Math.abs(middle(box) - middle(here));
  candidates.sort((a, b) => away(a) - away(b))[0]?.focus();
}

export { MemoryMap };
