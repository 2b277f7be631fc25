/// Short lines as people send them to chatbots, each with the language a person gave it: `tag: text`.
///
/// Written for this test. Rule of annotation: a loan word or two inside Hindi stay Hindi (`hi-Latn`); whole English
/// phrases beside Hindi ones are `hi-en`. The word lists were written with the first half in view, and not changed
/// after the second half was.
enum LabelledLines {
    static let seen = """
        en: What is the capital of France?
        en: Please write a short poem about the rain.
        en: How can I lose weight without going to the gym?
        en: thanks, that was helpful
        en: Can you explain recursion with an example?
        en: I have a headache and a mild fever since yesterday
        en: my order has not arrived yet
        en: hello
        en: Translate this sentence into German
        en: Where is my refund??
        en: Write a Python function that reverses a list
        en: who won the match last night
        en: ok thanks
        en: I'm feeling very tired these days, what should I do?
        en: Is it safe to take paracetamol with coffee?
        en: Give me three ideas for a birthday party
        en: Could you summarise the text above in two lines?
        en: I don't understand the second step
        en: to be or not to be
        en: the bus is late again
        en: he is the main man of the team
        en: Show me a table of the planets and their distances from the sun
        en: fix this code: ```for i in range(10): print(i)```
        en: what's up
        en: See https://example.com/kya/hai/yeh and tell me what you think
        hi-Latn: Mujhe ek accha quote batao.
        hi-Latn: Chai kaise banate hain?
        hi-Latn: mera naam Asha hai aur main Pune me rehti hoon
        hi-Latn: aap kaise ho
        hi-Latn: kal subah jaldi uthna hai
        hi-Latn: yeh kaam kaise karte hain
        hi-Latn: bukhar me kya khana chahiye
        hi-Latn: mujhe neend nahi aati raat ko
        hi-Latn: Namaste, kaise ho?
        hi-Latn: Main thik hoon. Tum kaise ho?
        hi-Latn: nhi yaar, mujhe nhi pata
        hi-Latn: paani kitna peena chahiye din me
        hi-Latn: mere sar me dard ho raha hai
        hi-Latn: dilli me aaj mausam kaisa hai
        hi-Latn: tum kahan ja rahe ho
        hi-Latn: isko theek kar do bhai
        hi-Latn: bahut bahut shukriya
        hi-Latn: kya aap meri madad kar sakte hain
        hi-Latn: main office me hu abhi
        hi-Latn: order kab tak aayega
        hi-Latn: Doctor ke paas jana chahiye kya?
        hi-Latn: usne mujhse kaha ki woh kal aayega
        hi-Latn: acha theek hai
        hi-Latn: bohot thakan lagti hai subah subah
        hi-Latn: kitne paise lagenge
        hi-Latn: haan ji bilkul sahi hai
        hi-Latn: aur batao kya chal raha hai
        hi-Latn: vajan kam karne ka upay batao
        hi-en: kal mera exam hai, please help me with the notes
        hi-en: mujhe ek good morning message chahiye for my boss
        hi-en: Can you tell me ki yeh kaise kaam karta hai?
        hi-en: I don't know yaar, mujhe to kuch samajh nahi aaya
        hi-en: meeting ke baad call me, bahut important baat hai
        hi-en: please mujhe weight loss diet plan do
        hi-en: Actually mera phone slow chal raha hai, what should I do
        hi-en: aaj ka weather report batao and also tomorrow
        hi-en: mera refund status kya hai, it has been five days
        hi-en: interview ke liye kya prepare karna hai, any good questions?
        hi-en: This is the best movie jo maine dekhi hai
        hi-en: how to make chai ghar par without milk
        hi-en: mera laptop ka screen black ho gaya, how can I fix it?
        hi-en: sorry yaar I was busy, abhi free hoon
        hi-en: school project ke liye ek short essay likho on pollution
        hi-en: मुझे Python programming सीखनी है, where should I start?
        hi-en: please मुझे weight loss के लिए diet plan बताओ
        hi-en: आज का meeting cancel हो गया, please update the calendar
        hi: मुझे बुखार है, क्या करूँ?
        hi: नमस्ते, आप कैसे हैं?
        hi: दिल्ली में आज मौसम कैसा है
        hi: चाय बनाने की विधि बताइए
        hi: मेरा order कब आएगा?
        hi: धन्यवाद
        hi: १२ और १५ का योग क्या है
        hi: वजन कम करने के लिए क्या खाना चाहिए?
        ta: வணக்கம், எப்படி இருக்கிறீர்கள்?
        ta: எனக்கு காய்ச்சல் இருக்கிறது
        te: మీరు ఎలా ఉన్నారు?
        bn: আপনি কেমন আছেন?
        gu: તમે કેમ છો?
        pa: ਤੁਸੀਂ ਕਿਵੇਂ ਹੋ?
        kn: ನೀವು ಹೇಗಿದ್ದೀರಿ?
        ml: സുഖമാണോ?
        or: ଆପଣ କେମିତି ଅଛନ୍ତି?
        ur: آپ کیسے ہیں؟
        ur: مجھے ایک اچھی کہانی سنائیں
        ar: كيف حالك اليوم؟
        ar: أريد المساعدة في طلبي
        fa: حال شما چطور است؟ می‌خواهم کمک بگیرم
        zh: 你好，今天天气怎么样？
        ja: 今日の天気はどうですか？
        ja: ありがとう
        ko: 오늘 날씨 어때요?
        ru: Как у вас дела?
        uk: Як у вас справи? Дякую, дуже приємно її бачити
        el: Τι κάνεις σήμερα;
        he: מה שלומך היום?
        th: สบายดีไหม
        mr: मला मराठी बोलायला आवडते, वेळ मिळाला
        es: ¿Dónde está mi pedido? Lo necesito para mañana
        es: quiero una receta con pollo y arroz por favor
        fr: Je ne sais pas comment faire, pouvez-vous m'aider avec ce texte ?
        fr: Où est la gare, merci
        de: Wie ist das Wetter heute in Berlin?
        de: Ich möchte bitte eine Rückerstattung für meine Bestellung
        pt: Você pode me ajudar com o meu pedido, por favor?
        it: Vorrei sapere come fare per avere il rimborso della mia spesa
        id: Tolong bantu saya, pesanan ini belum sampai dan saya mau uang kembali
        und: 12345 + 678
        und: 👍👍
        und: ...
        und: @asha https://example.com/x?y=1
        und: xkcd qwrt
        """

    static let heldOut = """
        en: why does my phone get hot while charging
        en: Summarize this article for a ten year old
        en: what time does the pharmacy close today
        en: I need a cover letter for a nursing job
        en: are you a human or a bot
        en: Tell me a joke about cats
        en: stop
        en: good night
        en: Do I have to fast before the blood test?
        en: convert 5 miles to km please
        en: the log file is full and the main process dies
        en: which of these two laptops would you buy
        en: She said that she would come at noon, but nobody saw her
        en: my kid has a cough, when should we see a doctor
        en: compare term insurance with health insurance
        en: use us dollars, not euros
        en: the man in the sun sat on the bus
        en: List the side effects of ibuprofen
        en: is there any discount on this?
        en: nope, still not working
        en: I WANT TO TALK TO A PERSON
        en: Explain photosynthesis
        en: how r u
        en: he had a bad day so he went home
        en: pleaseee help meee
        hi-Latn: mujhe gussa bahut aata hai kya karu
        hi-Latn: ye dawai kab leni hai
        hi-Latn: ghar ka khana sabse accha hota hai
        hi-Latn: bachche ko khansi hai do din se
        hi-Latn: kya tum hindi bol sakte ho
        hi-Latn: mera paisa wapas kab milega
        hi-Latn: kuch samajh me nahi aa raha
        hi-Latn: train kitne baje aayegi
        hi-Latn: aaj bahut garmi hai yaar
        hi-Latn: maine abhi tak khana nahi khaya
        hi-Latn: pet me dard aur ulti ho rahi hai
        hi-Latn: ek kahani sunao na
        hi-Latn: tumhara naam kya hai
        hi-Latn: wo log kahan se aaye the
        hi-Latn: nahiii yaar aisa mat karo
        hi-Latn: hum kal bus se jayenge
        hi-Latn: is kitab me kya likha hai
        hi-Latn: shaadi ke liye gaana batao
        hi-Latn: doodh garam karke peena chahiye ya thanda
        hi-Latn: aap log kitne baje tak khule rehte ho
        hi-Latn: koi baat nahi
        hi-Latn: mummy ko sugar hai unhe kya dena chahiye
        hi-Latn: jaldi batao
        hi-Latn: uske baad kya hua
        hi-Latn: password bhul gaya hu
        hi-Latn: meri beti ko bukhar hai 102
        hi-Latn: kya yeh sach hai
        hi-Latn: sab theek ho jayega
        hi-en: bhai is app me login nahi ho raha, please check my account
        hi-en: I think ki hume thoda wait karna chahiye
        hi-en: mera result kab aayega, I am so worried
        hi-en: diabetes wale patient ko rice kha sakte hain or not?
        hi-en: good morning, aaj ka plan kya hai for the team
        hi-en: Thank you so much, aapne bahut help ki
        hi-en: mujhe english me email likhna hai to my manager about leave
        hi-en: kya aap mujhe best mobile phone under budget bata sakte ho
        hi-en: what is the meaning of zindagi na milegi dobara
        hi-en: ye code kaam nahi kar raha, it shows an error on line 5
        hi-en: flight cancel ho gayi, how do I get my money back
        hi-en: machine learning seekhne ke liye best course kaunsa hai
        hi-en: mere boss ne mujhe bahut work diya hai and I am tired
        hi-en: my skin bahut dry hai, koi home remedy batao please
        hi-en: मेरा account number बदल गया है, please help
        hi-en: क्या आप मुझे best online course suggest कर सकते हैं
        hi: आप मेरी मदद कर सकते हैं क्या?
        hi: कल परीक्षा है और मुझे डर लग रहा है
        hi: शुक्रिया भाई
        hi: भारत के प्रधानमंत्री कौन हैं?
        hi: इस दवा को खाने के बाद लें या पहले?
        hi: मेरे phone की बैटरी जल्दी खत्म हो जाती है
        ta: நாளை மழை வருமா?
        te: నాకు సహాయం చేయండి
        bn: আমার অর্ডার কোথায়?
        gu: મને મદદ કરો
        pa: ਮੈਨੂੰ ਮਦਦ ਚਾਹੀਦੀ ਹੈ
        kn: ನನಗೆ ಸಹಾಯ ಬೇಕು
        ml: എനിക്ക് സഹായം വേണം
        ur: میرا آرڈر کہاں ہے؟
        ar: ما هي عاصمة فرنسا
        fa: لطفا کمکم کنید، گوشی من خراب است
        zh: 请帮我写一封信
        ja: 東京タワーの高さを教えて
        ko: 환불하고 싶어요
        ru: Напиши короткий рассказ
        uk: Допоможіть мені, будь ласка, з цією задачею
        el: Θέλω βοήθεια
        he: אני צריך עזרה
        th: ช่วยฉันหน่อย
        es: hola, necesito ayuda con mi cuenta
        es: ¿cómo puedo cambiar la contraseña?
        fr: Quel est le prix de ce billet pour Paris ?
        de: Kannst du mir bei der Hausaufgabe helfen?
        de: Was ist der Unterschied zwischen diesen und den anderen?
        pt: Quero cancelar a minha compra, como faço isso?
        it: Ciao, mi puoi dire dove si trova la stazione?
        id: Bagaimana cara membuat kopi yang enak di rumah?
        und: ???
        und: asdfgh
        und: 50000 INR
        """

    static func parsed(_ lines: String) -> [(tag: String, text: String)] {
        lines.split(separator: "\n").map { line in
            let parts = line.split(separator: ": ", maxSplits: 1)
            return (String(parts[0]), String(parts[1]))
        }
    }
}
