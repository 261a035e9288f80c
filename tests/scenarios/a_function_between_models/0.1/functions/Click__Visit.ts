import { Click, Visit } from "datamodels/models";

export default function run(click: Click): Visit | null {
  if (click.agent.includes("bot")) return null;
  if (click.host === null) throw new Error("a click on nothing");
  return { id: click.id, host: click.host, at: new Date(click.time) };
}
