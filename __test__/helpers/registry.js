// @ts-check
'use strict';

/**
 * A package registry for one test: what npm asks a registry for, answered from tarballs on disk. So a test sees what a
 * user's `npm install heap-analyzer` does, and nobody needs to have published anything.
 */

const { execFileSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { listening } = require('./serving');

/**
 * @typedef {object} Registry
 * @property {string} url
 * @property {string[]} requests paths that were asked for, in order
 * @property {() => Promise<void>} close
 */

/** @param {string} tarball @returns {Record<string, any>} the manifest in it */
const manifestOf = (tarball) =>
  JSON.parse(execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' }));

/**
 * @param {string[]} tarballs
 * @param {Array<Record<string, any>>} announced manifests of packages that can be chosen, but not downloaded
 * @returns {Promise<Registry>}
 */
async function startRegistry(tarballs, announced = []) {
  /** @type {string[]} */
  const requests = [];
  /** @type {Map<string, object | string>} documents, and paths of tarballs */
  const answers = new Map();
  const server = http.createServer((request, response) => {
    const asked = decodeURIComponent(request.url ?? '');
    requests.push(asked);
    const answer = answers.get(asked);
    if (answer === undefined) response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    else if (typeof answer === 'string') fs.createReadStream(answer).pipe(response);
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  const { url, close } = await listening(server);

  /** @param {Record<string, any>} manifest @param {object} [hashes] */
  const announce = (manifest, hashes) => {
    const { name, version } = manifest;
    const tarball = `${url}/-/${name}-${version}.tgz`;
    const versions = { [version]: { ...manifest, dist: { tarball, ...hashes } } };
    answers.set(`/${name}`, { name, 'dist-tags': { latest: version }, versions });
  };
  for (const tarball of tarballs) {
    const manifest = manifestOf(tarball);
    const integrity = `sha512-${createHash('sha512').update(fs.readFileSync(tarball)).digest('base64')}`;
    announce(manifest, { integrity });
    answers.set(`/-/${manifest.name}-${manifest.version}.tgz`, path.resolve(tarball));
  }
  for (const manifest of announced) announce(manifest);
  return { url, requests, close };
}

module.exports = { startRegistry };
