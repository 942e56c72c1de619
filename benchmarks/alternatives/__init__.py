"""emgfasc beside what else one might take: accuracy, time, import and what each is made for."""
