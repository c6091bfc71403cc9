// @ts-check

/** The page begins: what it was opened with is read, and shown. */

import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './style/tokens.css';
import './style/frame.css';
import './style/parts.css';
import './style/views.css';
import { App } from './App.jsx';
import { readPage } from './answers.js';
import { applyTheme } from './theme.js';

applyTheme();
const root = /** @type {HTMLElement} */ (document.getElementById('root'));
root.replaceChildren();
render(<App page={readPage()} />, root);
