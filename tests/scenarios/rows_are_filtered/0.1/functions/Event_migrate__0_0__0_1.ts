export default function migrate(event: any) {
  if (event.activity === "noise") return null;
  return { ...event, loud: event.activity === "shout" };
}
