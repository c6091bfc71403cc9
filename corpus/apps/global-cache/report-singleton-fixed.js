// Reports for accounting. The service is made when the first report is asked for, long after the start. It keeps the latest reports only.
'use strict';

const http = require('node:http');

class ReportService {
  constructor() {
    this.rendered = new Map();
  }

  static instance() {
    return (ReportService.shared ??= new ReportService());
  }

  render(month, department) {
    const key = `${department}:${month}`;
    let report = this.rendered.get(key);
    if (!report) {
      const lines = Array.from({ length: 8 }, (_, k) => ({
        account: 4000 + k,
        text: `${key} line ${k}`,
        amount: k / 3,
      }));
      report = { title: `Report ${key}`, lines, total: lines.reduce((sum, line) => sum + line.amount, 0) };
      this.rendered.set(key, report);
      if (this.rendered.size > 40) this.rendered.delete(this.rendered.keys().next().value);
    }
    return report;
  }
}

http
  .createServer((req, res) => {
    const { pathname } = new URL(req.url, 'http://reports');
    if (pathname === '/health') {
      res.end('ok');
      return;
    }
    const [, , department, month] = pathname.split('/');
    const report = ReportService.instance().render(month, department);
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ total: report.total }));
  })
  .listen(process.env.PORT);
