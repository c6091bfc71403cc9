/* oxlint-disable */
"use strict";var a=require("node:http");var r=new Map;function n(e){let t=r.get(e);return t||(t={customer:e,articles:[],since:new Date},r.set(e,t)),t}(0,a.createServer)((e,t)=>{let[,i="nobody",c="nothing"]=(e.url??"").split("/"),s=n(i);s.articles.push(c),t.end(`${s.customer} has ${s.articles.length} articles`)}).listen(process.env.PORT);
//# sourceMappingURL=server.js.map
