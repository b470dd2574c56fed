export { createRequestLog, type RequestLog, type RequestLogDeps } from './request-log.ts';
