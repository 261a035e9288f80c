//// the scheme of a URL
// url: string => secure: boolean
export default (row) => ({ id: row.id, secure: row.url.startsWith("https://") });

//// the host of a URL
// url: string => host: string | null
export default (row) => ({ id: row.id, host: row.url.match(/^https?:\/\/([^/?#]+)/)?.[1] ?? null });

//// the host without www
// host: string => host: string
export default (row) => ({ id: row.id, host: row.host.toLowerCase().replace(/^www\./, "") });

//// the path of a URL
// url: string => path: string
export default function migrate(row) {
  const rest = row.url.replace(/^[a-z]+:\/\/[^/?#]*/, "");
  const path = rest.split("?")[0] ?? "";
  return { id: row.id, path: path === "" ? "/" : path };
}

//// a URL without its query
// url: string => url: string
export default (row) => ({ id: row.id, url: row.url.split("?")[0] ?? row.url });

//// a URL without its last slash
// url: string => url: string
export default (row) => ({ id: row.id, url: row.url.endsWith("/") ? row.url.slice(0, -1) : row.url });

//// a parameter of a query
// query: string => source: string | null
export default (row) => ({ id: row.id, source: row.query.match(/utm_source=([^&]*)/)?.[1] ?? null });

//// parameters of a query as a list
// query: string => names: string[]
export default (row) => ({
  id: row.id,
  names: row.query.replace(/^\?/, "").split("&").filter((pair) => pair !== "").map((pair) => pair.split("=")[0] ?? ""),
});

//// a parameter of a query, found in its pairs
// query: string => campaign: string
function parameter(query, name) {
  for (const pair of query.split("&")) {
    if (pair.startsWith(name + "=")) return pair.slice(name.length + 1);
  }
  return "";
}
export default (row) => ({ id: row.id, campaign: parameter(row.query, "utm_campaign") });

//// called: a query that is decoded
// query: string => term: string
export default (row) => ({ id: row.id, term: decodeURIComponent(row.query.replace(/%(?![0-9A-F]{2})/g, "%25")) });

//// the first part of a path
// path: string => section: string
export default (row) => ({ id: row.id, section: row.path.split("/").find((part) => part !== "") ?? "home" });

//// numbers in a path become a mark
// path: string => route: string
export default (row) => ({ id: row.id, route: row.path.replace(/\/\d+/g, "/:id") });

//// a browser, by the words of its user agent
// agent: string => browser: "edge" | "chrome" | "firefox" | "safari" | "other"
export default function migrate(row) {
  const { id, agent } = row;
  if (agent.includes("Edg/")) return { id, browser: "edge" };
  if (agent.includes("Firefox/")) return { id, browser: "firefox" };
  if (agent.includes("Chrome/")) return { id, browser: "chrome" };
  if (agent.includes("Safari/")) return { id, browser: "safari" };
  return { id, browser: "other" };
}

//// a browser, by a table of expressions
// agent: string => browser: string
const isEdge = /Edg(e|A|iOS)?\//;
const isChrome = /(Chrome|CriOS)\//;
const isFirefox = /(Firefox|FxiOS)\//;
export default ({ id, agent }) => ({
  id,
  browser: isEdge.test(agent) ? "Edge" : isFirefox.test(agent) ? "Firefox" : isChrome.test(agent) ? "Chrome" : "other",
});

//// the version of a browser
// agent: string => version: number | null
export default function migrate(row) {
  const found = row.agent.match(/(?:Chrome|Firefox)\/(\d+)/);
  return { id: row.id, version: found === null ? null : Number(found[1]) };
}

//// an operating system
// agent: string => os: string
const SYSTEMS = [
  { mark: "Windows NT", name: "Windows" },
  { mark: "iPhone", name: "iOS" },
  { mark: "Android", name: "Android" },
  { mark: "Mac OS X", name: "macOS" },
  { mark: "Linux", name: "Linux" },
];
export default (row) => ({ id: row.id, os: SYSTEMS.find(({ mark }) => row.agent.includes(mark))?.name ?? "unknown" });

//// a kind of device
// agent: string => device: "mobile" | "tablet" | "desktop"
export default (row) => ({
  id: row.id,
  device: /iPad|Tablet/.test(row.agent) ? "tablet" : /Mobi|Android|iPhone/.test(row.agent) ? "mobile" : "desktop",
});

//// visits of robots are left out
// agent: string => agent: string
const ROBOTS = /bot|crawl|spider|slurp/i;
export default (row) => (ROBOTS.test(row.agent) ? null : row);

//// a class of status codes
// status: number => class: "ok" | "redirect" | "client" | "server" | "other"
export default function migrate(row) {
  switch (Math.floor(row.status / 100)) {
    case 2:
      return { id: row.id, class: "ok" };
    case 3:
      return { id: row.id, class: "redirect" };
    case 4:
      return { id: row.id, class: "client" };
    case 5:
      return { id: row.id, class: "server" };
    default:
      return { id: row.id, class: "other" };
  }
}

//// a method in capitals, refused when it is none
// method: string => method: "GET" | "POST" | "PUT" | "DELETE"
export default (row) => ({ id: row.id, method: row.method.toUpperCase() as "GET" | "POST" | "PUT" | "DELETE" });

//// an address of the internet in a network
// ip: string => network: string
export default (row) => ({ id: row.id, network: row.ip.split(".").slice(0, 3).join(".") + ".0/24" });

//// an address of the internet as a number
// ip: string => ip: number
export default (row) => ({ id: row.id, ip: row.ip.split(".").reduce((all, part) => ((all << 8) | parseInt(part, 10)) >>> 0, 0) });

//// a referrer becomes a channel
// referrer: string | null; campaign?: string => channel: "direct" | "search" | "social" | "campaign" | "other"
const SEARCH = ["google.", "bing.", "duckduckgo."];
const SOCIAL = ["facebook.", "twitter.", "t.co"];
export default function migrate({ id, referrer, campaign }) {
  if (campaign !== undefined) return { id, channel: "campaign" };
  if (!referrer) return { id, channel: "direct" };
  if (SEARCH.some((part) => referrer.includes(part))) return { id, channel: "search" };
  return { id, channel: SOCIAL.some((part) => referrer.includes(part)) ? "social" : "other" };
}

//// a cookie among others
// cookies: string => session: string | null
export default (row) => ({
  id: row.id,
  session: row.cookies.split(";").map((cookie) => cookie.trim()).find((cookie) => cookie.startsWith("sid="))?.slice(4) ?? null,
});

//// tags of HTML are taken away
// html: string => text: string
export default (row) => ({ id: row.id, text: row.html.replace(/<[^>]*>/g, "").replaceAll("&amp;", "&").replaceAll("&lt;", "<") });

//// a size of a screen
// screen: string => width: number; height: number
export default function migrate(row) {
  const [width, height] = row.screen.split("x").map(Number);
  if (width === undefined || height === undefined) throw new Error("no size");
  return { id: row.id, width, height };
}
