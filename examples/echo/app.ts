import { createApp } from 'gatewire';
import { EchoGateway } from './echo.gateway.js';

/** Opens nothing by itself, so that tools can read it; main.ts starts it. */
export const app = createApp({ gateways: [EchoGateway] });
