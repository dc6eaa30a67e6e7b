/**
 * The floor that clicks are held against: a bot as the samples of botbuilder have it, which answers every click with the same card.
 * Argument: the file with the card.
 */
import { readFileSync } from 'node:fs';
import {
  type AdaptiveCardInvokeResponse,
  type Request as BotRequest,
  CloudAdapter,
  ConfigurationBotFrameworkAuthentication,
  TeamsActivityHandler,
} from 'botbuilder';
import restify, { type Request, type Response } from 'restify';

const value = JSON.parse(readFileSync(String(process.argv[2]), 'utf8'));

class ConstantBot extends TeamsActivityHandler {
  override async onAdaptiveCardInvoke(): Promise<AdaptiveCardInvokeResponse> {
    return { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value };
  }
}

// Without an app id: authentication is off, as for the bot that is measured.
const adapter = new CloudAdapter(new ConfigurationBotFrameworkAuthentication({ MicrosoftAppId: '' }));
const bot = new ConstantBot();
const server = restify.createServer({ name: 'floor' });
server.use(restify.plugins.bodyParser());
server.get('/readyz', async (_request: Request, response: Response) => response.send(200, { ready: true }));
server.post('/api/messages', async (request: Request, response: Response) => {
  // The types of botbuilder and restify agree in all but `exactOptionalPropertyTypes`.
  await adapter.process(request as BotRequest, response, (context) => bot.run(context));
});
server.listen(Number(process.env.PORT), process.env.HOST);
process.once('SIGTERM', () => process.exit(0));
