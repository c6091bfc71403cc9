// Exchange rates from a module that is reloaded for each request. The cache forgets it, its parent does not.
const http = require('http');
const fs = require('fs');
const os = require('os');
const path = require('path');

const file = path.join(os.tmpdir(), 'rates.js');

fs.writeFileSync(
  file,
  'module.exports = { usd: 1.08, gbp: 0.86, names: { usd: "dollar", gbp: "pound" }, convert: (x, to) => x * module.exports[to] };',
);

function rates() {
  delete require.cache[require.resolve(file)];
  return require(file);
}

http
  .createServer(function (req, res) {
    const amount = Number(req.url.slice(1));
    const { convert } = rates();
    res.end(JSON.stringify({ usd: convert(amount, 'usd'), gbp: convert(amount, 'gbp') }));
  })
  .listen(process.env.PORT || 3000);
