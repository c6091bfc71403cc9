/* oxlint-disable */
"use strict";var a=require("node:http");var s=new Map;function i(t){let e=s.get(t);if(!e){e={customer:t,articles:[],since:new Date},s.set(t,e);let[n]=s.keys();n!==void 0&&s.size>100&&s.delete(n)}return e}(0,a.createServer)((t,e)=>{let[,n="nobody",c="nothing"]=(t.url??"").split("/"),r=i(n);r.articles.push(c),e.end(`${r.customer} has ${r.articles.length} articles`)}).listen(process.env.PORT);
//# sourceMappingURL=server.js.map
