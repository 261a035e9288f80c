export default function migrate(event: any) {
  return { ...event, loud: event.activity === "shout" };
}
