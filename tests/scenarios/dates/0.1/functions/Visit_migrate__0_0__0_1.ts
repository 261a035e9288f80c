export default function migrate(event: any) {
  return { ...event, year: event.at.getUTCFullYear(), ms: event.at.getTime() };
}
