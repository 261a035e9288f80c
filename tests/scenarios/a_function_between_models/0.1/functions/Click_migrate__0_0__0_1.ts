export default function migrate(click: any) {
  return { id: click.id, host: click.url?.split("/")[2] ?? null, agent: click.agent, time: click.time };
}
