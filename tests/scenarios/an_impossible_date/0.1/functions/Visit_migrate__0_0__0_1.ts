export default function migrate(event: any) {
  return { ...event, day: new Date(event.day) };
}
