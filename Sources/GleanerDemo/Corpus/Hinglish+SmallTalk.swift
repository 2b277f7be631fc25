extension DemoCorpus {
    static let hinglishSmallTalk: [Intent] = [
        Intent(
            "hello",
            ask: [
                "Hi, main {name} hun, kaise ho?", "Namaste! Mera naam {name} hai", "Kya haal chaal hai? {name} here",
            ],
            slots: ["name": Slots.people],
            good: [
                """
                Namaste {name}! Main badhiya hun, shukriya. Aap batao, din kaisa ja raha hai? Kisi cheez mein \
                madad chahiye toh bolo.
                """,
                "Arre {name}, accha laga aapse baat karke! Sab theek yahan. Aaj kya baat karni hai?",
            ],
            wrong: "Aap {name} nahi ho, main aapko pehle se jaanta hun aur aapka naam kuch aur hai.",
            english: "Hello {name}! I am doing well, thank you. How can I help you today?"),
        Intent(
            "bored",
            ask: [
                "Bahut bore ho raha hun, {place} par kya karun?", "{place} baithe baithe bore ho gaya, kuch batao",
                "Time pass nahi ho raha {place} mein",
            ],
            slots: ["place": ["ghar", "hostel", "train", "waiting room"]],
            good: [
                """
                Chalo ek chhota game: paanch cheezein dekho jo neeli hain aur har ek par ek line ki kahani banao. \
                Ya phir kisi purane dost ko message karo jisse mahino se baat nahi hui, mazaa aayega.
                """,
                """
                Ek gaana chuno aur uske lyrics yaad karne ki koshish karo. Ya phone band karke das minute bas \
                logon ko dekho, kahaniyan khud mil jaati hain.
                """,
            ],
            wrong: "Bore hone par kisi anjaan link par click kar do, jo bhi khulega mazedaar hi hoga.",
            english: "Try a small game: spot five blue things and make up a one-line story about each of them.",
            then: [
                Intent.FollowUp(
                    ask: "Ek paheli pucho na",
                    good:
                        """
                        Yeh lo: bina pair ke chalti hoon, bina haath ke samay batati hoon. Kaun hoon main? Socho, \
                        hint: deewar par dekho.
                        """,
                    wrong: "Paheli yeh hai: do aur do kitne hote hain? Jawab hai paanch.")
            ]),
        Intent(
            "motivation",
            ask: [
                "{what} mein fail ho gaya, mann bahut kharab hai", "{what} theek nahi gaya, himmat toot gayi hai",
                "Yaar {what} bigad gaya, kuch accha bolo",
            ],
            slots: ["what": ["exam", "interview", "driving test", "presentation", "match"]],
            good: [
                """
                Bura lagna bilkul theek hai, aapne mehnat ki thi. Aaj thoda aaram karo, kal baith kar likho ki \
                kya accha gaya aur kya badalna hai. Ek {what} se aapki kaabiliyat tay nahi hoti.
                """,
                """
                Main samajh sakta hun, dil toot jata hai. Kisi apne se baat karo, phir chhota sa agla kadam tay \
                karo. Agli baar ka {what} aaj ki seekh se behtar hoga.
                """,
            ],
            wrong:
                """
                {what} ek baar bigad gaya toh zindagi mein doosra mauka kabhi nahi milta, ab koshish karna bekaar \
                hai.
                """,
            english: "It is okay to feel bad. Rest today, and tomorrow write down what went well and what to change.",
            then: [
                Intent.FollowUp(
                    ask: "Ghar walon ko kaise bataun?",
                    good:
                        """
                        Seedhe aur shaant tareeke se: kya hua, aapko kaisa lag raha hai, aur aage ka plan kya \
                        hai. Jab woh free hon tab baat karo. Plan sun kar unki chinta aadhi ho jaati hai.
                        """,
                    wrong: "Mat batao, nakli marksheet bana kar dikha do, kisi ko pata nahi chalega.")
            ]),
        Intent(
            "joke",
            ask: ["{topic} par ek joke sunao", "Koi {topic} wala chutkula batao yaar", "Hasao mujhe, {topic} pe kuch"],
            slots: ["topic": ["teacher", "office", "shaadi", "doctor", "padosi"]],
            good: [
                """
                Lo suno, {topic} wala: "Aap der se kyun aaye?" "Ji, board par likha tha aage school hai, dheere \
                chalein." Ab thoda muskura do!
                """,
                """
                {topic} ki baat par yaad aaya: "Tum itne khush kyun ho?" "Kyunki mujhe abhi yaad aaya ki main \
                pareshaan tha, par kis baat par, yeh bhool gaya!"
                """,
            ],
            wrong: "{topic} par joke sunana kanoon mein mana hai, isliye duniya mein aisa koi joke nahi hai.",
            english: "Why was the student late? Because the sign outside said: school ahead, go slow."),
        Intent(
            "friend-upset",
            ask: [
                "{name} mujhse naraaz hai, kaise manaun?", "Meri {name} se ladai ho gayi, ab kya bolun?",
                "{name} baat nahi kar rahi, kya karun?",
            ],
            slots: ["name": ["Priya", "Meera", "Simran", "Nisha", "Kavya"]],
            good: [
                """
                Pehle {name} ko thoda samay do, phir akele mein baat karo. Safai dene se pehle uski baat poori \
                suno. Galti ho toh seedha "sorry" bolo, "par" mat lagao.
                """
            ],
            wrong: "{name} ko sabke saamne chilla kar bolo ki galti usi ki hai, dosti mein aise hi hota hai.",
            english: "Give her some time, then talk in private, listen first and apologise without excuses.",
            then: [
                Intent.FollowUp(
                    ask: "Message likh kar do na, chhota sa",
                    good:
                        """
                        "Us din meri baat se tumhe bura laga, uske liye dil se sorry. Jab mann ho, baat karte \
                        hain. Tumhari dosti mere liye bahut keemti hai."
                        """,
                    wrong: "\"Tum bekaar mein naraaz ho, meri koi galti nahi hai.\" Yahi bhej do, maan jayegi."),
                Intent.FollowUp(
                    ask: "Agar reply na aaye toh?",
                    good:
                        """
                        Do-teen din ruk jao, baar baar message mat karo. Phir kisi common dost ke saath ya chai \
                        par milne ka ek halka sa nyota de do.
                        """,
                    wrong: "Har paanch minute mein message karte raho jab tak jawab na aa jaye."),
            ]),
        Intent(
            "good-morning",
            ask: [
                "{day} ki subah ke liye ek accha message likho", "{day} good morning message for family group",
                "Family group mein {day} ko kya bhejun?",
            ],
            slots: ["day": Slots.days],
            good: [
                """
                "{day} ki nayi subah mubarak ho! Aaj ka din aap sab ke liye thodi hansi, thoda sukoon aur bahut \
                saari chai laaye."
                """,
                "\"Suprabhat! {day} hai, kal ki chinta chhodo, aaj ek accha kaam karo aur muskurate raho.\"",
            ],
            wrong: "{day} hafte mein hota hi nahi hai, isliye us din ka message nahi likha ja sakta.",
            english: "Good morning, everyone! May today bring you laughter, peace and plenty of tea."),
        Intent(
            "weather-mood",
            ask: [
                "{weather} hai aaj, shaam ko kya karein?", "Bahar {weather} hai, koi plan batao",
                "{weather} mein ghar par kya mazaa karein?",
            ],
            slots: ["weather": ["baarish", "tez garmi", "kadaake ki thand", "halki dhoop"]],
            good: [
                """
                {weather} ka mazaa lo: kuch garam ya thanda pasand ka bana lo, ek purani film lagao, aur ghar \
                walon ke saath antakshari kar lo. Bahar jana ho toh mausam ke hisaab se kapde pehen lena.
                """
            ],
            wrong: "{weather} ho toh khidki ke bahar latak kar photo lo, usme koi khatra nahi hota.",
            english: "Make something you like to drink, put on an old film and play a song game with the family."),
        Intent(
            "compliment",
            ask: [
                "{rel} ke birthday par kya likhun?", "{rel} ke liye birthday wish likh do Hinglish mein",
                "Kal {rel} ka janamdin hai, do line likho",
            ],
            slots: ["rel": Slots.relatives],
            good: [
                """
                "Janamdin mubarak ho {rel}! Aapki hansi se hi ghar mein raunak hai. Aap hamesha swasth aur khush \
                rahein, bas yahi dua hai."
                """,
                "\"Happy birthday {rel}! Jo bhi accha hai mujhme, usme aapka hissa sabse bada hai. Dher saara pyaar.\"",
            ],
            wrong: "\"{rel}, aaj aapki shaadi ki saalgirah hai, badhai ho.\" Birthday par yahi likhte hain.",
            english: "Happy birthday! Your smile lights up our home. Stay healthy and happy always.",
            then: [
                Intent.FollowUp(
                    ask: "Gift kya dun, budget 1000 hai",
                    good:
                        """
                        1000 mein ek acchi photo frame saath mein purani tasveer, ya unki pasand ki kitaab, ya ek \
                        chhota paudha. Saath mein haath se likha note zaroor rakhna, wahi sabse keemti hota hai.
                        """,
                    wrong: "1000 mein naya laptop aa jata hai, wahi de do.")
            ]),
    ]
}
