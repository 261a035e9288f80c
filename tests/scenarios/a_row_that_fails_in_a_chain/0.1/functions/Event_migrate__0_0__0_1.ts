export default function migrate(event: any) {
  if (event.activity === "crash") throw new Error("no such activity");
  return { ...event, loud: event.activity === "shout" };
}
