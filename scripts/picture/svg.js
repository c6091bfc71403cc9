// @ts-check
/**
 * What a terminal shows, as a picture: text with the colours that programs ask for by escape sequences becomes SVG, in which
 * every piece stands where its column is, whatever font the reader has.
 */
'use strict';

const { width } = require('../../cli/render/width');

const COLUMN = 8.4;
const LINE = 20;
const MARGIN = 18;
const BAR = 34;

/** Foreground colours by their code, on a dark ground. @type {Record<number, string>} */
const COLOURS = {
  30: '#484f58',
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
  37: '#c9d1d9',
  90: '#8b949e',
};

/** @typedef {{ bold: boolean, dim: boolean, colour: string | undefined }} Style */

/** @param {string} text */
const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/**
 * @param {Style} style as it was
 * @param {string} codes `1;31`
 * @returns {Style}
 */
function styled(style, codes) {
  let { bold, dim, colour } = style;
  for (const code of codes.split(';').map(Number)) {
    if (code === 0) [bold, dim, colour] = [false, false, undefined];
    else if (code === 1) bold = true;
    else if (code === 2) dim = true;
    else if (code === 22) [bold, dim] = [false, false];
    else if (code === 39) colour = undefined;
    else if (COLOURS[code]) colour = COLOURS[code];
    else throw new Error(`an escape sequence that is not known here: ${codes}`);
  }
  return { bold, dim, colour };
}

/** @param {string} text @param {number} column @param {number} line @param {Style} style */
function piece(text, column, line, { bold, dim, colour }) {
  const attributes = [
    `x="${(MARGIN + column * COLUMN).toFixed(1)}"`,
    `y="${BAR + MARGIN + line * LINE}"`,
    `textLength="${(width(text) * COLUMN).toFixed(1)}"`,
    ...(colour ? [`fill="${colour}"`] : dim ? ['fill="#8b949e"'] : []),
    ...(bold ? ['font-weight="bold"'] : []),
  ];
  return `<text ${attributes.join(' ')}>${escaped(text)}</text>`;
}

/**
 * @param {string} screen what was written to the terminal: lines, and colours
 * @param {{ columns: number, title: string }} options
 * @returns {string}
 */
function pictureOf(screen, { columns, title }) {
  const lines = screen.replace(/\s+$/, '').split('\n');
  const across = Math.ceil(2 * MARGIN + columns * COLUMN);
  const down = BAR + 2 * MARGIN + lines.length * LINE - 10;
  /** @type {Style} */
  let style = { bold: false, dim: false, colour: undefined };
  const pieces = [];
  for (const [row, line] of lines.entries()) {
    let column = 0;
    for (const [, codes, text] of line.matchAll(/\x1b\[([0-9;]*)m|([^\x1b]+)/g)) {
      if (text === undefined) {
        style = styled(style, codes || '0');
        continue;
      }
      const blanks = text.length - text.trimStart().length;
      if (text.trim() !== '') pieces.push(piece(text.trim(), column + blanks, row, style));
      column += width(text);
    }
  }
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (fill, index) => `<circle cx="${20 + index * 20}" cy="${BAR / 2}" r="6" fill="${fill}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${across}" height="${down}" viewBox="0 0 ${across} ${down}" role="img">
<title>${escaped(title)}</title>
<rect width="${across}" height="${down}" rx="8" fill="#0d1117"/>
<path d="M0 ${BAR}V8a8 8 0 0 1 8-8h${across - 16}a8 8 0 0 1 8 8v${BAR - 8}z" fill="#161b22"/>
${dots.join('\n')}
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace" font-size="14" fill="#c9d1d9" xml:space="preserve">
${pieces.join('\n')}
</g>
</svg>
`;
}

module.exports = { pictureOf };
