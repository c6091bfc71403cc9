// @ts-check
'use strict';

/**
 * A project as a user has it: our package and the frameworks installed, in a folder of its own.
 */

const fs = require('node:fs');
const path = require('node:path');
const { root } = require('./run');
const { temporaryDirectory } = require('./temporary');

const frameworks = path.join(root, '__test__', 'frameworks', 'node_modules');

/** Folders by the names under which users install them. */
const INSTALLED = {
  'heap-analyzer': root,
  express: path.join(frameworks, 'express5'),
  fastify: path.join(frameworks, 'fastify'),
  koa: path.join(frameworks, 'koa'),
  'prom-client': path.join(frameworks, 'prom-client'),
  '@opentelemetry': path.join(frameworks, '@opentelemetry'),
};

/**
 * @param {{ after(fn: () => void): void }} t
 * @returns {string} its directory
 */
function project(t) {
  const directory = temporaryDirectory(t);
  const modules = path.join(directory, 'node_modules');
  fs.mkdirSync(modules);
  for (const [name, folder] of Object.entries(INSTALLED))
    fs.symlinkSync(folder, path.join(modules, name), 'dir');
  return directory;
}

module.exports = { project };
